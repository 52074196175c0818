"""Ports of the host for a container, before it is made."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from docker_site import machine
from serai.providers.docker.ports import allocate
from serai.util.errors import Code, SeraiError


def forward(host: int, **more: Any) -> dict[str, Any]:
    return {"forwarded_port": {"host": host, "guest": 80, **more}}


def test_a_port_of_another_machine_is_refused_or_passed_over() -> None:
    taken = {("tcp", "127.0.0.1", 8080): "db"}

    with pytest.raises(SeraiError, match="taken by db") as caught:
        allocate(machine(networks=[forward(8080)]), taken, local=False)
    chosen = allocate(machine(networks=[forward(8080, auto_correct=True)]), taken, local=False)

    assert caught.value.code is Code.BUSY
    assert [each.host for each in chosen] == [8081]


def test_two_forwards_of_a_machine_do_not_meet() -> None:
    both = [forward(8080), forward(8080, auto_correct=True)]

    assert [each.host for each in allocate(machine(networks=both), {}, local=False)] == [8080, 8081]


def test_a_port_that_a_process_has_is_seen() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(SeraiError, match="is taken by"):
            allocate(machine(networks=[forward(port)]), {}, local=True)


def test_ports_end_somewhere() -> None:
    taken = {("tcp", "0.0.0.0", 65535): "db"}

    with pytest.raises(SeraiError, match="no port from 65535 on is free"):
        allocate(machine(networks=[forward(65535, auto_correct=True)]), taken, local=False)


def test_two_addresses_of_the_host_have_a_port_each() -> None:
    both = [forward(8080), forward(8080, host_ip="127.0.0.2")]

    found = allocate(machine(networks=both), {("tcp", "127.0.0.3", 8080): "db"}, local=False)

    assert [(each.host_ip, each.host) for each in found] == [("127.0.0.1", 8080), ("127.0.0.2", 8080)]


@pytest.mark.parametrize("address", ["::1", "::"])
def test_an_ipv6_address_of_the_host_is_listened_on(address: str) -> None:
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("only where the host has IPv6")
    with socket.socket(socket.AF_INET6) as held:
        held.bind(("::1", 0))
        free = held.getsockname()[1]

    (found,) = allocate(machine(networks=[forward(free, host_ip=address)]), {}, local=True)

    assert (found.host_ip, found.host) == (address, free)
