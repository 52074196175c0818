"""Forwarded ports: which way they go, and how QEMU is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.guest import forward as over_ssh
from serai.providers.contract import Forward, Observed, State
from serai.providers.libvirt import forwards
from serai.providers.libvirt.observe import with_living_forwards
from serai.providers.libvirt.record import Record
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError

SYSTEM, SESSION, FAR = "qemu:///system", "qemu:///session", "qemu+ssh://host/session"
PORT = Nic(forwarded_port=ForwardedPort(guest=80, host=18080, auto_correct=True))
WEB = Machine(name="web", networks=[PORT])


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path))


@pytest.mark.usefixtures("without_root")
def test_user_networking_is_told_by_monitor_a_network_by_ssh() -> None:
    assert forwards.by_monitor(WEB, SESSION)
    assert not forwards.by_ssh(WEB, SESSION)
    assert forwards.by_ssh(WEB, SYSTEM)
    assert not forwards.by_monitor(WEB, SYSTEM)
    passt = Machine(networks=[Nic(uplink=UplinkNic(type=UplinkType.PASST))])
    assert not forwards.by_monitor(passt, SYSTEM)
    assert not forwards.by_ssh(passt, SYSTEM)
    assert not forwards.by_monitor(WEB, "test:///default")


@pytest.mark.usefixtures("without_root")
def test_a_machine_with_an_address_of_its_own_needs_no_forward_for_ssh() -> None:
    assert [each.guest for each in forwards.chosen(WEB, SYSTEM, ())] == [80]
    assert [each.guest for each in forwards.chosen(WEB, SESSION, ())] == [22, 80]


def test_ports_of_another_host_are_left_to_its_qemu() -> None:
    assert [(each.guest, each.host) for each in forwards.chosen(WEB, FAR, ())] == [(22, 2200), (80, 18080)]


class Monitor:
    """A QEMU that says what it was told to say, and remembers what it was told."""

    VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP = 1

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.told: list[str] = []

    def qemuMonitorCommand(self, _domain: Any, command: str, flags: int) -> str:
        assert flags == 1
        self.told.append(command)
        return self.answer


def test_qemu_is_told_of_each_port_and_to_forget_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = Monitor()
    monkeypatch.setattr(forwards, "library_qemu", lambda: monitor)
    ports = [Forward(guest=80, host=8080), Forward(guest=53, host=5353, protocol="udp", guest_ip="10.0.2.15")]
    forwards.add(None, "web", ports)
    forwards.remove(None, "web", ports)
    assert monitor.told == [
        "hostfwd_add hostnet0 tcp:127.0.0.1:8080-:80",
        "hostfwd_add hostnet0 udp:127.0.0.1:5353-10.0.2.15:53",
        "hostfwd_remove hostnet0 tcp:127.0.0.1:8080",
        "hostfwd_remove hostnet0 udp:127.0.0.1:5353",
    ]


def test_a_port_that_qemu_does_not_get_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwards, "library_qemu", lambda: Monitor("Could not set up host forwarding rule\r\n"))
    with pytest.raises(SeraiError, match="web: port 8080/tcp cannot be forwarded: Could not set up") as caught:
        forwards.add(None, "web", [Forward(guest=80, host=8080)])
    assert caught.value.code is Code.BUSY


@pytest.mark.usefixtures("without_root")
def test_forwards_by_ssh_are_there_as_long_as_their_ssh(pretended: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = (Forward(guest=80, host=8080),)
    control = over_ssh.control_of(pretended.scope.home, "web")
    assert forwards.real(pretended.scope, "web", WEB, SYSTEM, ports) == ()
    assert forwards.real(pretended.scope, "web", WEB, SESSION, ports) == ports
    control.parent.mkdir(parents=True, exist_ok=True)
    control.touch()
    try:
        assert forwards.real(pretended.scope, "web", WEB, SYSTEM, ports) == ports
    finally:
        control.unlink()


@pytest.mark.usefixtures("without_root")
def test_a_machine_whose_forwards_died_is_ready_no_more(pretended: Any) -> None:
    ports = (Forward(guest=80, host=8080),)
    record = Record(
        name="web", project="shop", project_id="t1", project_root="/", uri=SYSTEM, applied=WEB, forwards=ports
    )
    seen = Observed(name="web", provider="libvirt", state=State.READY, forwards=ports)
    found = with_living_forwards(pretended.scope, record, seen)
    assert (found.state, found.forwards) == (State.RUNNING, ())
    assert "serai up opens them again" in found.problem
    user = msgspec.structs.replace(record, uri=SESSION)
    assert with_living_forwards(pretended.scope, user, seen) == seen
