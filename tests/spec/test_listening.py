"""Which machines want one port of the host."""

from __future__ import annotations

from serai.spec.guest import Ssh
from serai.spec.listening import collisions, listens, overlap
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic, Protocol


def machine(name: str, *ports: ForwardedPort, ssh: int | None = None) -> Machine:
    return Machine(name=name, ssh=Ssh(host_port=ssh), networks=[Nic(forwarded_port=port) for port in ports])


WEB = ForwardedPort(guest=80, host=8080)


def test_two_machines_cannot_have_one_port() -> None:
    (found,) = collisions([machine("web", WEB), machine("db", ForwardedPort(guest=1, host=1), WEB)])

    assert (found.machine.name, found.other, found.port) == ("db", "web", 8080)
    assert found.key == ("networks", 1, "forwarded_port", "host")
    assert found.message == "port 8080/tcp of the host is forwarded to web already"


def test_every_address_holds_each_one() -> None:
    everywhere = ForwardedPort(guest=80, host=8080, host_ip="0.0.0.0")
    other = ForwardedPort(guest=80, host=8080, host_ip="127.0.0.2")

    assert [each.machine.name for each in collisions([machine("a", everywhere), machine("b", WEB)])] == ["b"]
    assert not list(collisions([machine("a", other), machine("b", WEB)]))


def test_another_protocol_or_another_port_that_will_do_hinders_nobody() -> None:
    udp = ForwardedPort(guest=80, host=8080, protocol=Protocol.UDP)
    any_port = ForwardedPort(guest=80, host=8080, auto_correct=True)

    assert not list(collisions([machine("a", WEB), machine("b", udp), machine("c", any_port)]))


def test_the_way_in_counts_too() -> None:
    assert list(listens(machine("a", ssh=2222))) == [("127.0.0.1", "tcp", 2222, ("ssh", "host_port"))]
    (found,) = collisions([machine("a", ssh=8080), machine("b", WEB)])
    assert found.other == "a"


def test_every_address_of_ipv6_holds_each_one_of_them() -> None:
    assert overlap("::", "::1")
    assert overlap("fd00::1", "::")
    assert not overlap("::", "127.0.0.1")
    assert not overlap("::1", "fd00::1")
