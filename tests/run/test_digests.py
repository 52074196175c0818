"""Digests say that a block or a guest's settings are not what they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from serai.run.digests import guest_digests, provisioning_digests
from serai.spec.guest import Guest
from serai.spec.machine import Machine
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
