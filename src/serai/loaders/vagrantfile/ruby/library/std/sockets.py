"""Socket: the host's name and its interfaces, as its kernel lists them. No packet is sent."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std.paths import NO_NETWORK
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("BasicSocket", "IO")
declare("Socket", "BasicSocket")
declare("Socket::Ifaddr")
declare("Addrinfo")
declare("SocketError", "StandardError")
for _name, _value in {"AF_INET": 2, "AF_INET6": 10, "PF_INET": 2, "SOCK_STREAM": 1, "SOCK_DGRAM": 2}.items():
    CONSTANTS[f"Socket::{_name}"] = lambda value=_value: value  # type: ignore[misc]
ADDRESS, NETMASK, BROADCAST = 0x8915, 0x891B, 0x8919
"""SIOCGIFADDR and its kin. Source: linux/sockios.h."""
IPV6 = Path("/proc/net/if_inet6")

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Interface(msgspec.Struct, frozen=True):
    """An interface with one of its addresses."""

    name: str
    number: int
    address: Ip
    netmask: Ip | None
    broadcast: Ip | None = None


def asked(name: str, what: int) -> ipaddress.IPv4Address | None:
    """What the kernel says of an interface; None where it has no such address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talk:
        try:
            told = fcntl.ioctl(talk.fileno(), what, struct.pack("256s", name.encode()[:15]))
        except OSError:
            return None
    return ipaddress.IPv4Address(told[20:24])


def interfaces() -> list[Interface]:
    """IPv4 first, in the kernel's order, as getifaddrs has them.

    The kernel lists those of an interface with the widest scope first, but in if_inet6 in that of their hashes.
    Source: Linux, net/ipv6/addrconf.c, ipv6_link_dev_addr, if6_get_first.
    """
    found = []
    for number, name in socket.if_nameindex():
        address = asked(name, ADDRESS)
        if address is not None:
            found.append(Interface(name, number, address, asked(name, NETMASK), asked(name, BROADCAST)))
    lines = IPV6.read_text().splitlines() if IPV6.exists() else []
    return found + sorted((_ipv6(line) for line in lines), key=lambda one: (one.number, one.address.is_link_local))


def _ipv6(line: str) -> Interface:
    """A line of if_inet6: address, interface, prefix, scope, flags, name, numbers in hexadecimal."""
    digits, number, prefix, _scope, _flags, name = line.split()
    address = ipaddress.IPv6Address(bytes.fromhex(digits))
    if address.is_link_local:
        address = ipaddress.IPv6Address(f"{address}%{name}")
    netmask = ipaddress.IPv6Network(f"::/{int(prefix, 16)}").netmask
    return Interface(name, int(number, 16), address, netmask)


@answers_itself("Socket", "gethostname")
def gethostname(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(socket.gethostname())


@answers_itself("Socket", "ip_address_list")
def ip_address_list(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(Object(rt.constant("Addrinfo"), one.address) for one in interfaces())


@answers_itself("Socket", "getifaddrs")
def getifaddrs(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(Object(rt.constant("Socket::Ifaddr"), one) for one in interfaces())


@answers("Socket::Ifaddr", "name")
def name(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.name)


@answers("Socket::Ifaddr", "ifindex")
def ifindex(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.number


def _address(method: str, read: Callable[[Interface], Ip | None]) -> None:
    @answers("Socket::Ifaddr", method)
    def addressed(rt: Runtime, me: Value, block: Block) -> Value:
        found = read(me.data)
        return None if found is None else Object(rt.constant("Addrinfo"), found)


_address("addr", lambda one: one.address)
_address("netmask", lambda one: one.netmask)
_address("broadaddr", lambda one: one.broadcast)


@answers("Addrinfo", "ip_address", "inspect_sockaddr")
def ip_address(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(str(me.data))


def _is(method: str, holds: Callable[[Ip], bool]) -> None:
    answers("Addrinfo", method)(lambda rt, me, block: holds(me.data))


def _is_private(address: Ip) -> bool:
    networks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    return address.version == 4 and any(address in ipaddress.ip_network(network) for network in networks)


_is("ip?", lambda address: True)
_is("unix?", lambda address: False)
_is("ipv4?", lambda address: address.version == 4)
_is("ipv6?", lambda address: address.version == 6)
_is("ipv4_loopback?", lambda address: address.version == 4 and address.is_loopback)
_is("ipv6_loopback?", lambda address: address.version == 6 and address.is_loopback)
_is("ipv4_private?", _is_private)
_is("ipv4_multicast?", lambda address: address.version == 4 and address.is_multicast)
_is("ipv6_linklocal?", lambda address: address.version == 6 and address.is_link_local)


@answers("Addrinfo", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f"#<Addrinfo: {me.data}>")


@answers_itself(
    "Socket", "getaddrinfo", "gethostbyname", "tcp", "new", "open", "udp_server_sockets", "getnameinfo"
)
def refused(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    raise rt.refused("a Socket, which needs the network,", NO_NETWORK)
