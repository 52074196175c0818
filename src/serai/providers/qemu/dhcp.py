"""DHCP on a private network, for guests that read no seed: the server of QEMU's user networking, on a short leash.

It is a part of libslirp, and would do harm on a network of others: it answers every TCP connection between two
guests with a reset, gives the first free address to whoever asks first, and knows 16 addresses. So it has a hub of
its own, and what leads there is a pair of sockets with a filter in the kernel: DHCP of the machines that serai
knows, and ARP for the server, nothing else. Before the network is joined to it, serai asks, in the name of each
machine, for the address that is reserved for it (and in nobody's for the others), so that each gets its own.
Sources: libslirp 4.7, bootp.c (request_addr, get_new_addr, NB_BOOTP_CLIENTS), tcp_input.c (restricted).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Collection, Mapping
from ipaddress import IPv4Address, IPv4Network

import msgspec

from serai.providers.qemu.packets import granted, mac_bytes, only_dhcp, packed, request
from serai.providers.qemu.qmp import Qmp, QmpError, readable
from serai.util.errors import Code, SeraiError

SLOTS = 16
"""Addresses that the server knows. Source: libslirp, bootp.h, NB_BOOTP_CLIENTS."""
ANSWER_BUDGET = 5.0
"""Seconds for one answer, which takes less than a millisecond on an idle host."""
SO_ATTACH_FILTER = 26
"""Source: asm-generic/socket.h; Python's socket module does not name it."""
HUB = 1
PARTS = ("dhcp-out-hub", "dhcp-out", "dhcp-in-hub", "dhcp-in", "dhcp-hub", "dhcp")
"""Netdevs, in the order in which they can be removed."""


class NoServer(SeraiError):
    """The network has no DHCP now, and why."""


class Plan(msgspec.Struct, frozen=True):
    """What the server is told: `leases` are the addresses that it can give, each with its machine's MAC."""

    subnet: str
    server: str
    dns: str
    """It must have one, which nobody is told of: the network's own address, so that it is no machine's."""
    first: str
    """The first of its 16 addresses."""
    leases: dict[str, str]


def plan(subnet: str, reserved: Mapping[str, str], unseeded: Collection[str] = ()) -> Plan | None:
    """A server for the reservations (address -> MAC); None where it has no place.

    It takes the last address that no machine has. It serves the 16 addresses that hold most of the machines: those
    first whose image reads no seed (`unseeded`, their addresses), for the others have been told.
    """
    network = IPv4Network(subnet)
    taken = {IPv4Address(address): mac for address, mac in reserved.items()}
    inside = sorted(address for address in taken if address in network)
    hosts = (IPv4Address(number) for number in range(int(network[-1]) - 1, int(network[0]), -1))
    server = next((each for each in hosts if each not in taken), None)
    if not inside or server is None:
        return None
    needy = {IPv4Address(address) for address in unseeded}

    def worth(start: IPv4Address) -> tuple[int, int, int]:
        window = [each for each in inside if start <= each < start + SLOTS]
        return len(needy.intersection(window)), len(window), -int(start)

    first = max(inside, key=worth)
    leases = {str(each): taken[each] for each in inside if first <= each < first + SLOTS}
    return Plan(subnet, str(server), str(network[0]), str(first), leases)


def remove(client: Qmp) -> None:
    """Take the server off the hub. Not there: does nothing."""
    for part in PARTS:
        try:
            client.execute("netdev_del", {"id": part})
        except QmpError as error:
            if "not found" not in error.text.lower():
                raise


def serve(client: Qmp, wanted: Plan, *, network: str) -> None:
    """Have the hub's process serve the plan, in place of what it served before. Raises NoServer."""
    remove(client)
    inside, outside = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        with inside, outside:
            _start(client, wanted, inside)
            _reserve(outside, wanted)
            _filter(inside, wanted)
            _join(client, "dhcp-out", outside, hub=0)
    except (QmpError, NoServer, OSError) as error:
        remove(client)
        raise NoServer(Code.FAILED, f"network {network}: no DHCP: {error}") from error


def _start(client: Qmp, wanted: Plan, inside: socket.socket) -> None:
    server = {"net": wanted.subnet, "host": wanted.server, "dns": wanted.dns, "dhcpstart": wanted.first}
    closed = {"restrict": True, "ipv6": False}
    client.execute("netdev_add", {"type": "user", "id": "dhcp", **server, **closed})
    client.execute("netdev_add", {"type": "hubport", "id": "dhcp-hub", "hubid": HUB, "netdev": "dhcp"})
    _join(client, "dhcp-in", inside, hub=HUB)


def _join(client: Qmp, name: str, end: socket.socket, *, hub: int) -> None:
    """Give one end of the pair to a hub."""
    client.pass_file(name, end.fileno())
    client.execute("netdev_add", {"type": "dgram", "id": name, "local": {"type": "fd", "str": name}})
    client.execute("netdev_add", {"type": "hubport", "id": f"{name}-hub", "hubid": hub, "netdev": name})


def _reserve(link: socket.socket, wanted: Plan) -> None:
    """Ask for each address in its machine's name; for those of nobody in the name of a group address, which no
    interface has: an address that is left free would be given to the next who asks."""
    first = IPv4Address(wanted.first)
    for slot in range(SLOTS):
        address = first + slot
        machine = wanted.leases.get(str(address))
        mac = mac_bytes(machine) if machine else bytes([0xFF] * 5 + [slot])
        link.send(request(mac, address, slot + 1))
        end = time.monotonic() + ANSWER_BUDGET
        while readable(link, end - time.monotonic()):
            if granted(link.recv(1 << 16), slot + 1) == address:
                break
        else:
            raise NoServer(Code.FAILED, f"the server does not reserve {address}")


def _filter(inside: socket.socket, wanted: Plan) -> None:
    """From now on only DHCP of these machines comes in. Source: Linux, networking/filter."""
    import ctypes
    import struct

    macs = [mac_bytes(mac) for mac in wanted.leases.values()]
    program = packed(only_dhcp(macs, IPv4Address(wanted.server)))
    held = ctypes.create_string_buffer(program, len(program))
    steps = len(program) // struct.calcsize("HBBI")
    inside.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", steps, ctypes.addressof(held)))
