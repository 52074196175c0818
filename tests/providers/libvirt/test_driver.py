"""The driver keeps the contract; a machine is found, marked, and reached."""

from __future__ import annotations

import inspect

import pytest

from serai.providers.contract import Mark, Materials, Provider
from serai.providers.libvirt import forwards, ledger
from serai.providers.libvirt.driver import Libvirt
from serai.providers.registry import provider_class
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.util.units import MIB

WEB = Machine(name="web", provider="libvirt", disks={"data": Disk(size=MIB)})


def test_it_is_the_provider_called_libvirt() -> None:
    assert provider_class("libvirt") is Libvirt


def test_it_has_every_verb_of_the_contract_with_the_same_words() -> None:
    for name, promised in inspect.getmembers(Provider, inspect.isfunction):
        if name.startswith("_"):
            continue
        kept = inspect.signature(getattr(Libvirt, name))
        assert list(kept.parameters) == list(inspect.signature(promised).parameters), name


def test_marks_are_kept_and_taken_back(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.mark("web", {"a": Mark(digest="1", at=1.0), "b": Mark(digest="2", at=2.0)})
    pretended.mark("web", {"a": None})
    assert pretended.observe()["web"].marks == {"b": Mark(digest="2", at=2.0)}


def test_one_that_is_ready_is_seen_as_such_until_it_goes_off(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    pretended.mark("web", {}, ready=True)
    assert pretended.observe()["web"].state == "ready"
    pretended.mark("web", {}, ready=False)
    assert pretended.observe()["web"].state == "running"


def test_one_is_ready_although_the_clock_was_set_back_since_its_start(
    pretended: Libvirt, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    monkeypatch.setattr("time.time", lambda: 5.0)
    pretended.mark("web", {}, ready=True)
    assert pretended.observe()["web"].state == "ready"


def test_ports_that_go_by_ssh_are_opened_once_it_is_ready(
    pretended: Libvirt, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    with ledger.editing(pretended.scope, "web") as state:
        state.addresses = {"@uplink": "192.168.122.5/24"}
    monkeypatch.setattr(
        forwards, "renew", lambda _scope, name, _domain, _machine, way: opened.append(f"{name} {way.host}")
    )
    pretended.mark("web", {}, ready=True)
    assert opened == ["web 192.168.122.5"]


def test_making_the_provider_touches_nothing(pretended: Libvirt) -> None:
    assert not pretended.scope.home.exists()
    assert pretended.directory("web") == pretended.scope.home / "libvirt" / "web"
