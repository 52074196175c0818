"""The server of a private network: what it is told, and what it answers to frames on a real hub."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from serai.providers.qemu import dhcp, gather, hub, packets
from serai.providers.qemu.dhcp import plan
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.qmp import connect_unix
from serai.spec.machine import Machine

MACS = [f"52:54:00:00:00:{n:02x}" for n in range(40)]
TEN, TWELVE = "10.40.0.10", "10.40.0.12"


def reserved(*last: int) -> dict[str, str]:
    return {f"10.40.0.{n}": MACS[n % 40] for n in last}


@pytest.mark.parametrize(
    ("subnet", "taken", "first", "server"),
    [
        ("10.40.0.0/24", (10, 11), 10, "10.40.0.254"),
        ("10.40.0.0/24", (10, 254, 253), 253, "10.40.0.252"),
        ("10.40.0.0/24", (5, 40, 41, 42), 40, "10.40.0.254"),
        ("10.40.0.0/24", (200, 7), 7, "10.40.0.254"),
        ("10.40.0.0/28", (10, 14), 10, "10.40.0.13"),
        ("10.40.0.0/30", (1,), 1, "10.40.0.2"),
    ],
)
def test_the_server_takes_an_address_that_no_machine_has(subnet, taken, first, server):
    found = plan(subnet, reserved(*taken))

    assert found is not None
    assert (found.first, found.server) == (f"10.40.0.{first}", server)
    assert found.dns not in (found.server, found.first)
    assert found.server not in found.leases


def test_it_serves_the_sixteen_addresses_that_hold_most_machines():
    found = plan("10.40.0.0/24", reserved(1, *range(20, 40)))

    assert found is not None
    assert list(found.leases) == [f"10.40.0.{n}" for n in range(20, 36)]


@pytest.mark.parametrize(
    ("subnet", "taken"),
    [("10.40.0.0/24", ()), ("10.40.0.0/30", (1, 2)), ("10.40.0.0/31", (0,)), ("10.50.0.0/24", (10,))],
)
def test_without_place_or_machine_there_is_none(subnet, taken):
    assert plan(subnet, reserved(*taken)) is None


def test_machines_that_read_no_seed_come_first():
    found = plan("10.40.0.0/24", reserved(10, 253, 254), unseeded=["10.40.0.10"])

    assert found is not None
    assert list(found.leases) == ["10.40.0.10"]


class Port:
    """A guest's end of a network."""

    def __init__(self, path: Path) -> None:
        self._link = connect_unix(path)
        self._link.settimeout(10)

    def send(self, frame: bytes) -> None:
        self._link.sendall(struct.pack("!I", len(frame)) + frame)

    def receive(self) -> bytes:
        (size,) = struct.unpack("!I", self._link.recv(4, socket.MSG_WAITALL))
        return self._link.recv(size, socket.MSG_WAITALL)

    def close(self) -> None:
        self._link.close()


@pytest.fixture
def ports(qemu: Qemu) -> Iterator[tuple[Port, Port]]:
    home, able = qemu.scope.home, gather.features_for(Machine(name="web"))
    found: list[Port] = []
    try:
        hub.attach(home, "t1", "back", ["p1", "p2"], able)
        found += [Port(home / "networks" / "back" / f"{name}.sock") for name in ("p1", "p2")]
        yield found[0], found[1]
    finally:
        for port in found:
            port.close()
        hub.release(home, "t1", "back", ["p1", "p2"], home / "machines" / "none")


def serve(qemu: Qemu, leases: dict[str, str]) -> None:
    wanted = plan("10.40.0.0/24", leases)
    assert wanted is not None
    with hub.opened(qemu.scope.home, "back") as client:
        dhcp.serve(client, wanted, network="back")
        hub.remove_sink(client)


def discover(mac: str, number: int) -> bytes:
    """Without an address: what a new guest sends first. The option is overwritten by pads."""
    frame = packets.request(packets.mac_bytes(mac), IPv4Address(0), number)
    return frame[: packets.OPTIONS_AT + 4] + b"\x35\x01\x01" + bytes(6) + b"\xff"


def yours(frame: bytes) -> str:
    return str(IPv4Address(frame[packets.BOOTP_AT + 16 : packets.BOOTP_AT + 20]))


@pytest.mark.engine
def test_each_machine_gets_its_own_address_whoever_asks_first(qemu: Qemu, ports: tuple[Port, Port]) -> None:
    guest, other = ports
    serve(qemu, {TEN: MACS[1], TWELVE: MACS[2]})

    guest.send(discover(MACS[2], 1))
    offer = guest.receive()
    guest.send(packets.request(packets.mac_bytes(MACS[2]), IPv4Address(TWELVE), 2))

    assert yours(offer) == TWELVE
    assert packets.granted(guest.receive(), 2) == IPv4Address(TWELVE)
    options = offer[packets.OPTIONS_AT + 4 :]
    assert b"\x01\x04\xff\xff\xff\x00" in options  # a netmask, and
    assert b"\x03\x04" not in options and b"\x06\x04" not in options  # no router, no DNS server
    assert [yours(other.receive()) for _ in range(2)] != []  # it saw what went past, as on any hub


@pytest.mark.engine
def test_a_machine_that_comes_later_gets_its_own_address_too(qemu: Qemu, ports: tuple[Port, Port]) -> None:
    guest, _ = ports
    serve(qemu, {TEN: MACS[1]})
    serve(qemu, {TEN: MACS[1], "10.40.0.11": MACS[3]})

    guest.send(discover(MACS[3], 1))

    assert yours(guest.receive()) == "10.40.0.11"


@pytest.mark.engine
def test_strangers_and_other_traffic_have_no_answer(qemu: Qemu, ports: tuple[Port, Port]) -> None:
    """A TCP connection between guests above all: libslirp itself would reset it."""
    guest, other = ports
    serve(qemu, {TEN: MACS[1], TWELVE: MACS[2]})
    stranger = discover(MACS[9], 1)
    connect = tcp_syn()
    guest.send(stranger)
    guest.send(connect)

    guest.send(discover(MACS[1], 3))

    assert yours(guest.receive()) == TEN  # the first thing that it hears
    assert [other.receive() for _ in range(2)] == [stranger, connect]


@pytest.mark.engine
@pytest.mark.parametrize(
    ("subnet", "taken"),
    [("10.40.0.0/30", (1,)), ("10.40.0.0/28", (13, 14)), ("10.40.0.0/24", (253, 254)), ("10.0.0.0/8", (1,))],
)
def test_it_serves_networks_of_every_size(
    qemu: Qemu, ports: tuple[Port, Port], subnet: str, taken: tuple[int]
) -> None:
    wanted = plan(subnet, {f"{subnet.rpartition('.')[0]}.{n}": MACS[n % 40] for n in taken})
    assert wanted is not None

    with hub.opened(qemu.scope.home, "back") as client:
        dhcp.serve(client, wanted, network="back")

    for address, mac in wanted.leases.items():
        ports[0].send(discover(mac, 1))
        assert yours(ports[0].receive()) == address


@pytest.mark.engine
def test_removed_it_is_silent_and_the_network_goes_on(qemu: Qemu, ports: tuple[Port, Port]) -> None:
    guest, other = ports
    serve(qemu, {TEN: MACS[1]})
    with hub.opened(qemu.scope.home, "back") as client:
        hub.add_sink(client)
        hub.add_sink(client)
        dhcp.remove(client)
        dhcp.remove(client)
        assert "dhcp" not in client.hmp("info network")

    guest.send(discover(MACS[1], 1))
    assert other.receive() == discover(MACS[1], 1)
    other.send(tcp_syn())
    assert guest.receive() == tcp_syn()


@pytest.mark.engine
def test_what_qemu_refuses_is_told_and_leaves_nothing(qemu: Qemu, ports: tuple[Port, Port]) -> None:
    wrong = dhcp.Plan("10.40.0.0/24", "10.99.0.1", "10.40.0.3", TEN, {TEN: MACS[1]})

    with hub.opened(qemu.scope.home, "back") as client:
        with pytest.raises(dhcp.NoServer, match="network back: no DHCP: QEMU refused netdev_add"):
            dhcp.serve(client, wrong, network="back")
        assert "dhcp" not in client.hmp("info network")


def tcp_syn() -> bytes:
    """From .12 to .10, with right checksums: a wrong one would be dropped for that alone."""
    source, target = IPv4Address(TWELVE).packed, IPv4Address(TEN).packed
    tcp = struct.pack("!HHIIBBHHH", 1000, 80, 1, 0, 0x50, 2, 1000, 0, 0)
    total = packets.checksum(source + target + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + total.to_bytes(2, "big") + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, source, target)
    ip = ip[:10] + packets.checksum(ip).to_bytes(2, "big") + ip[12:]
    return packets.mac_bytes(MACS[1]) + packets.mac_bytes(MACS[2]) + b"\x08\x00" + ip + tcp
