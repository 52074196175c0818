"""A start that fails leaves nothing running, and loses no memory."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.contract import Forward, Materials
from serai.providers.libvirt import forwards, launch, ledger
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.define import lookup
from serai.providers.libvirt.driver import Libvirt
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import Nic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB

WEB = Machine(
    name="web",
    provider="libvirt",
    disks={"data": Disk(size=MIB)},
    networks=[Nic(uplink=UplinkNic(type=UplinkType.USER))],
)
BUSY = SeraiError(Code.BUSY, "web: port 2200/tcp cannot be forwarded")


@pytest.fixture
def monitored(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """What a QEMU would be told: the test driver has no monitor."""
    told: list[tuple[str, list[int]]] = []

    def note(what: str) -> Any:
        def tell(domain: Any, _name: str, ports: Any) -> None:
            told.append((what, [port.guest for port in ports]))
            if domain is not None and domain.state()[0] == 1:
                domain.suspend()

        return tell

    monkeypatch.setattr(library(), "VIR_DOMAIN_START_PAUSED", 0)  # which the test driver does not know:
    # there, what stands for the monitor pauses the domain
    monkeypatch.setattr(forwards, "by_monitor", lambda *_: True)
    monkeypatch.setattr(forwards, "add", note("add"))
    monkeypatch.setattr(forwards, "remove", note("remove"))
    return told


def test_ports_are_told_before_the_guest_runs(
    pretended: Libvirt, uri: str, monitored: list[tuple[str, list[int]]]
) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    state = ledger.made(pretended.scope, "web")
    domain = lookup(opened(uri), state.uuid)
    assert monitored == [("add", [22])]
    assert [forward.id for forward in state.forwards] == ["ssh"]
    assert state.life == domain.ID()
    assert not state.stopped
    assert domain.state()[0] == 1  # VIR_DOMAIN_RUNNING


def test_a_port_that_somebody_took_in_between_is_chosen_anew(
    monitored: list[tuple[str, list[int]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path))
    failures = [BUSY, BUSY]

    def add(_domain: Any, _name: str, _ports: Any) -> None:
        if failures:
            raise failures.pop()

    monkeypatch.setattr(forwards, "add", add)
    assert [each.guest for each in launch.forward(None, "web", WEB, "qemu:///session", ())] == [22]
    assert monitored == [("remove", [22]), ("remove", [22])]


def test_without_a_port_nothing_runs(
    pretended: Libvirt, uri: str, monitored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        raise BUSY

    pretended.create(WEB, Materials())
    monkeypatch.setattr(forwards, "add", never)
    with pytest.raises(SeraiError, match="cannot be forwarded"):
        pretended.start(WEB, Materials())
    assert not lookup(opened(uri), ledger.made(pretended.scope, "web").uuid).isActive()


def test_a_saved_memory_is_saved_again_when_no_port_is_free(
    pretended: Libvirt, uri: str, monitored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        raise BUSY

    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    pretended.suspend("web", to_disk=True)
    monkeypatch.setattr(forwards, "add", never)
    with pytest.raises(SeraiError, match="cannot be forwarded"):
        pretended.resume("web")
    domain = lookup(opened(uri), ledger.made(pretended.scope, "web").uuid)
    assert not domain.isActive()
    assert domain.hasManagedSaveImage()


def test_a_start_that_nobody_noted_is_finished_by_the_next(
    pretended: Libvirt, uri: str, monitored: list[tuple[str, list[int]]]
) -> None:
    pretended.create(WEB, Materials())
    domain = lookup(opened(uri), ledger.made(pretended.scope, "web").uuid)
    domain.create()
    domain.suspend()
    pretended.start(WEB, Materials())
    state = ledger.made(pretended.scope, "web")
    assert [forward.guest for forward in state.forwards] == [22]
    assert state.life == domain.ID()
    assert domain.state()[0] == 1
    assert monitored[-1] == ("add", [22])


def test_what_is_noted_is_the_present_life(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    domain = lookup(opened(uri), ledger.made(pretended.scope, "web").uuid)
    domain.create()
    ports = (Forward(guest=22, host=2200, id="ssh"),)
    launch.note(pretended.scope, "web", domain, ports)
    state = ledger.made(pretended.scope, "web")
    assert (state.forwards, state.life, state.stopped, state.ready_at) == (ports, domain.ID(), False, 0.0)
    assert state.started_at > 0
