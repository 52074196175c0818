"""Ports of the host."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.providers.contract import Forward
from serai.providers.ports import allocate, busy, holder_of, is_free, key_of, reallocate, wanted
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic
from serai.util.errors import SeraiError


def machine(*ports: ForwardedPort) -> Machine:
    return Machine(name="dns", networks=[Nic(forwarded_port=port) for port in ports])


def dns(host: int, host_ip: str, *, auto_correct: bool = False) -> ForwardedPort:
    return ForwardedPort(guest=53, host=host, host_ip=host_ip, auto_correct=auto_correct)


@pytest.fixture
def port() -> Iterator[int]:
    """One that something listens on at 127.0.0.1, and at no other address."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_ssh_is_forwarded_first_from_any_port() -> None:
    assert wanted(Machine()) == [(Forward(guest=22, host=0, id="ssh"), True)]


def test_a_running_machine_keeps_the_ports_it_holds() -> None:
    held = (Forward(guest=22, host=2345, id="ssh"),)
    assert reallocate(Machine(), held, {}) == held


def test_a_port_is_free_on_the_addresses_that_nobody_listens_on(port: int) -> None:
    assert not is_free("tcp", "127.0.0.1", port)
    assert not is_free("tcp", "0.0.0.0", port)
    assert is_free("tcp", "127.0.0.2", port)


def test_ipv6_is_another_family(port: int) -> None:
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("only where the host has IPv6")
    assert is_free("tcp", "::1", port)
    assert is_free("udp", "::", port)
    assert is_free("tcp", "::", port)
    with socket.socket(socket.AF_INET6) as held:
        held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        held.bind(("::1", port))
        held.listen()
        assert not is_free("tcp", "::1", port)
        assert not is_free("tcp", "::", port)


def test_what_is_no_address_of_the_hosts_is_not_free() -> None:
    assert not is_free("tcp", "192.0.2.1", 18080)
    assert not is_free("tcp", "2001:db8::1", 18080)


def test_one_port_on_two_addresses_of_one_machine(port: int) -> None:
    both = machine(dns(port, "127.0.0.2"), dns(port, "127.0.0.3"))

    found = allocate(both, (), {("tcp", "127.0.0.4", port): "other"})

    assert [(each.host_ip, each.host) for each in found[1:]] == [("127.0.0.2", port), ("127.0.0.3", port)]


def test_every_address_includes_each_one(port: int) -> None:
    with pytest.raises(SeraiError, match=r"of 127\.0\.0\.2 is taken by other"):
        allocate(machine(dns(port, "127.0.0.2")), (), {("tcp", "0.0.0.0", port): "other"})
    with pytest.raises(SeraiError, match=r"of 0\.0\.0\.0 is taken by other"):
        allocate(machine(dns(port, "0.0.0.0")), (), {("tcp", "127.0.0.2", port): "other"})
    both = Forward(guest=53, host=port, host_ip="127.0.0.2"), Forward(guest=53, host=port, host_ip="0.0.0.0")
    assert busy(both[0], [key_of(both[1]), ("udp", "127.0.0.2", 1)]) == {port}
    assert holder_of(both[1], {}, [key_of(both[0])]) == "another forwarded port of the same machine"


def test_each_address_keeps_the_port_that_it_has() -> None:
    both = machine(dns(18053, "127.0.0.2", auto_correct=True), dns(18053, "127.0.0.3", auto_correct=True))
    held = (
        Forward(guest=22, host=2345, id="ssh"),
        Forward(guest=53, host=18054, host_ip="127.0.0.2"),
        Forward(guest=53, host=18053, host_ip="127.0.0.3"),
    )
    assert reallocate(both, held, {}) == held
