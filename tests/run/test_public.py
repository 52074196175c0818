"""A public network that leaves its interface open is answered once, for the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Scope
from serai.providers.interfaces import Interface
from serai.run import public
from serai.spec.machine import Machine, Project

OPEN = {"networks": [{"public": {"address": "192.168.1.50/24"}}, {"private": {}}]}


def machine(name: str, **spec: Any) -> Machine:
    return msgspec.convert({"name": name, **spec}, Machine)


def scope(home: Path) -> Scope:
    return Scope(project="shop", project_id="3f2a", root=home, home=home)


@pytest.mark.parametrize("key", ["bridge", "dev", "network_name", "tap"])
def test_a_public_network_that_says_it_is_not_open(key: str) -> None:
    assert public.waiting([machine("a", networks=[{"public": {key: "x"}}])]) == []


def test_those_that_wait_are_named() -> None:
    machines = [machine("a", **OPEN), machine("b"), machine("c", **OPEN, provider="fake"), machine("d", **OPEN)]

    assert public.waiting(machines) == ["a", "d"]


def test_an_answer_is_kept_and_filled_in(tmp_path: Path) -> None:
    assert public.remembered(scope(tmp_path)) is None
    public.remember(scope(tmp_path), Interface("lo", False, "device"))
    answer = public.remembered(scope(tmp_path))

    assert answer == public.Answer("dev", "lo")
    project = public.joined(Project(project="shop", machines={"a": machine("a", **OPEN)}), answer)
    nic = project.machines["a"].networks[0].public
    assert nic is not None
    assert (nic.dev, nic.address) == ("lo", "192.168.1.50/24")
    assert public.waiting(project.machines.values()) == []


def test_an_interface_that_is_gone_is_asked_for_again(tmp_path: Path) -> None:
    public.remember(scope(tmp_path), Interface("no-such-link", True, "bridge"))

    assert public.remembered(scope(tmp_path)) is None


def test_nothing_open_is_no_error() -> None:
    assert public.unanswered([machine("a")]) is None


def test_where_nobody_can_be_asked_the_error_lists_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [Interface("br7", True, "bridge of eth0"), Interface("eth1", False, "device")]
    monkeypatch.setattr(public, "interfaces", lambda: there)

    error = public.unanswered([machine("a", **OPEN)])

    assert error is not None
    assert error.message.startswith("a: a public network does not say")
    assert "public: {bridge: br7}" in error.hint
    assert error.details == ("br7  bridge of eth0", "eth1  device")


@pytest.mark.parametrize(
    ("uri", "remote"),
    [
        (None, False),
        ("qemu:///system", False),
        ("qemu+ssh://root@far/system", True),
        ("qemu+tls://far/system", True),
    ],
)
def test_interfaces_of_another_host_are_not_listed(uri: str | None, remote: bool) -> None:
    one = machine("a", **OPEN, provider="libvirt", providers={"libvirt": {"uri": uri}})

    assert public.is_remote(one) is remote
    error = public.unanswered([one])
    assert error is not None
    assert not (remote and error.details)
