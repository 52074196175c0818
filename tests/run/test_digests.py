"""Digests say that a block or a guest's settings are not what they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serai.providers.fake.driver import Fake
from serai.run import verbs
from serai.run.digests import guest_digests, provisioning_digests
from serai.run.events import silent
from serai.spec.guest import Guest
from serai.spec.machine import Machine
from serai.spec.network import Nic, PrivateNic
from serai.spec.provision import Provision, Shell


def test_a_block_has_another_digest_when_its_file_has_changed(tmp_path: Path) -> None:
    script = tmp_path / "setup.sh"
    machine = Machine(name="web", provision=[Provision(shell=Shell(path="setup.sh"))])
    script.write_text("echo a")
    before = provisioning_digests([machine], tmp_path)
    script.write_text("echo b")
    after = provisioning_digests([machine], tmp_path)
    assert set(before["web"]) == {"shell-1"}
    assert before != after


def test_machines_without_blocks_have_none(tmp_path: Path) -> None:
    assert provisioning_digests([Machine(name="web")], tmp_path) == {}


def test_settings_of_the_guest_change_its_digest(pretend: Callable[..., Any]) -> None:
    plain = guest_digests(pretend(Machine(name="web")), ["web"])
    other = guest_digests(pretend(Machine(name="web", guest=Guest(packages=["git"]))), ["web"])
    assert plain["web"] != other["web"]


def one_up(workspace: Any) -> dict[str, str]:
    """The digests that a run notes."""
    found = guest_digests(workspace, list(workspace.project.machines))
    verbs.up(workspace, (), emit=silent, consent=lambda plan: False)
    return found


def on(network: str, name: str) -> Machine:
    return Machine(name=name, networks=[Nic(private=PrivateNic(network=network))])


def test_addresses_are_those_that_machines_beside_the_file_leave(pretend: Callable[..., Any]) -> None:
    one_up(pretend(on("back", "old")))
    workspace = pretend(on("back", "new"))
    before = one_up(workspace)
    assert guest_digests(workspace, ["new"]) == before
    assert verbs.make_plan(workspace)[0].steps == ()


def test_addresses_are_in_a_subnet_that_nobody_else_has(
    pretend: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fake, "subnets_in_use", lambda self: {"10.40.0.0/24"}, raising=False)
    workspace = pretend(on("back", "web"))
    before = one_up(workspace)
    assert workspace.observe()["web"].addresses == ("10.40.1.10",)
    assert guest_digests(workspace, ["web"]) == before


def test_a_machine_beside_the_file_is_no_news_to_its_peers(pretend: Callable[..., Any]) -> None:
    before = one_up(pretend(on("back", "web"), on("back", "copy")))
    alone = guest_digests(pretend(on("back", "web")), ["web"])
    assert alone["web"] != before["web"]
    verbs.destroy(pretend(), ["copy"], emit=silent, consent=lambda question: True)
    assert guest_digests(pretend(on("back", "web")), ["web"]) == alone
