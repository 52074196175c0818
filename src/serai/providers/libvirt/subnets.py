"""Subnets and bridge names that nobody has: neither the host's routes nor the networks of libvirt. Pure, but for
the reading of two files of the kernel's."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from serai.util.errors import Code, SeraiError

UPLINKS = IPv4Network("10.41.0.0/16")
"""Where the subnet of serai's own uplink network comes from; 10.40.0.0/16 is for networks of projects."""
BRIDGE = "serai"
"""Bridges are called serai0, serai1, …: an interface's name ends at 15 characters (IFNAMSIZ)."""


def host_routes(table: str) -> dict[IPv4Network, str]:
    """Destination -> device, of the text of /proc/net/route; without default routes.

    Numbers are hexadecimal and in the byte order of the host. Source: linux, net/ipv4/fib_trie.c.
    """
    found = {}
    for line in table.splitlines()[1:]:
        device, destination, _gateway, _flags, _ref, _use, _metric, mask, *_ = line.split()
        if int(mask, 16):
            found[IPv4Network((_address(destination), str(_address(mask))))] = device
    return found


def _address(text: str) -> IPv4Address:
    return IPv4Address(socket.inet_ntoa(struct.pack("=I", int(text, 16))))


def read_routes() -> dict[IPv4Network, str]:
    """The routes of this host; none where the kernel shows no table."""
    try:
        return host_routes(Path("/proc/net/route").read_text())
    except FileNotFoundError:
        return {}


def subnets_of(tree: ElementTree.Element) -> list[IPv4Network]:
    """The IPv4 subnets of a libvirt network."""
    found = []
    for ip in tree.iterfind("ip"):
        if ip.get("family", "ipv4") == "ipv4":
            mask = ip.get("netmask") or ip.get("prefix") or "32"
            found.append(IPv4Interface(f"{ip.get('address')}/{mask}").network)
    return found


def taken(trees: Mapping[str, ElementTree.Element], routes: Mapping[IPv4Network, str]) -> dict[IPv4Network, str]:
    """Subnet -> who has it, in words. A route over the bridge of a network is that network's."""
    found = {subnet: f"route over {device}" for subnet, device in routes.items()}
    for name, tree in trees.items():
        for subnet in subnets_of(tree):
            found[subnet] = f"libvirt network {name}"
    return found


def clash(subnet: IPv4Network, others: Mapping[IPv4Network, str]) -> str:
    """Who has a part of the subnet; empty when nobody."""
    return next((who for other, who in others.items() if subnet.overlaps(other)), "")


def free_subnet(pool: IPv4Network, others: Mapping[IPv4Network, str]) -> IPv4Network:
    """The first /24 of the pool that nobody has. Raises Code.FAILED."""
    for subnet in pool.subnets(new_prefix=24):
        if not clash(subnet, others):
            return subnet
    raise SeraiError(Code.FAILED, f"no subnet of {pool} is free on this host", hint="ip route shows who has them")


def free_bridge(names: Collection[str]) -> str:
    """`serai0`, or the next that is not among `names`."""
    return next(name for number in range(len(names) + 1) if (name := f"{BRIDGE}{number}") not in names)


def interfaces() -> set[str]:
    """Network devices of this host."""
    try:
        return set(os.listdir("/sys/class/net"))  # noqa: PTH208 - names alone
    except FileNotFoundError:
        return set()


def bridges_of(trees: Collection[ElementTree.Element]) -> Iterator[str]:
    for tree in trees:
        if (bridge := tree.find("bridge")) is not None and bridge.get("name"):
            yield bridge.get("name", "")


def pick_address(tree: ElementTree.Element, mac: str, busy: Collection[str]) -> IPv4Interface | None:
    """An address of the network's DHCP range for a hardware address; None when it has no range.

    The one reserved for it already, else one that its MAC points at, so that it tends to stay the same; never one
    of `busy`, which others have a lease of: it would not be given. Raises Code.FAILED when the range is full.
    """
    for ip in tree.iterfind("ip"):
        span = ip.find("dhcp/range")
        if ip.get("family", "ipv4") != "ipv4" or span is None:
            continue
        prefix = IPv4Interface(f"{ip.get('address')}/{ip.get('netmask') or ip.get('prefix')}").network.prefixlen
        held = {str(host.get("ip")): str(host.get("mac")).lower() for host in ip.iterfind("dhcp/host")}
        for address, owner in held.items():
            if owner == mac.lower() and address not in busy:
                return IPv4Interface(f"{address}/{prefix}")
        first, last = IPv4Address(span.get("start", "")), IPv4Address(span.get("end", ""))
        count = int(last) - int(first) + 1
        start = int(mac.replace(":", ""), 16) % count
        for step in range(count):
            address = str(first + (start + step) % count)
            if address not in held and address not in busy:
                return IPv4Interface(f"{address}/{prefix}")
        name = tree.findtext("name")
        raise SeraiError(Code.FAILED, f"network {name}: no address from {first} to {last} is free")
    return None


def parse(network: Any) -> ElementTree.Element:
    """A libvirt network's XML, as it is now."""
    return ElementTree.fromstring(network.XMLDesc(0))
