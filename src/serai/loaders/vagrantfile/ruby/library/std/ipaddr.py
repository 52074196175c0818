"""IPAddr: an address or a network. `data` is an Address."""

from __future__ import annotations

import ipaddress
import re
from typing import cast

import msgspec

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Module, Object, Range, Str, Value

declare("IPAddr", "Object", "Comparable")
declare("IPAddr::Error", "ArgumentError")
for _name in ("InvalidAddressError", "AddressFamilyError"):
    declare(f"IPAddr::{_name}", "IPAddr::Error")
declare("IPAddr::InvalidPrefixError", "IPAddr::InvalidAddressError")
FAMILIES = {2: 32, 10: 128}
"""AF_INET, AF_INET6 → bits."""


class Address(msgspec.Struct, frozen=True):
    """A number of 32 or 128 bits, and the mask that belongs to it."""

    number: int
    bits: int
    prefix: int

    @property
    def mask(self) -> int:
        return ((1 << self.prefix) - 1) << (self.bits - self.prefix)

    @property
    def first(self) -> int:
        return self.number & self.mask

    @property
    def last(self) -> int:
        return self.first | ((1 << (self.bits - self.prefix)) - 1)

    @property
    def python(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        return ipaddress.IPv4Address(self.number) if self.bits == 32 else ipaddress.IPv6Address(self.number)

    def text(self) -> str:
        return str(self.python)


def wrong(rt: Runtime, kind: str, said: str) -> Exception:
    return rt.raised(f"IPAddr::{kind}", said)


def parsed(rt: Runtime, said: str) -> Address:
    """`10.0.0.0/24`, `10.0.0.0/255.255.255.0`, `fd00::/8`, `[::1]`. Raises IPAddr's errors."""
    host, slash, mask = said.partition("/")
    host = host.strip("[]")
    if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", host) and any(
        part != "0" and part.startswith("0") for part in host.split(".")
    ):
        raise wrong(rt, "InvalidAddressError", f"zero-filled number in IPv4 address is ambiguous: {said}")
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        raise wrong(rt, "InvalidAddressError", f"invalid address: {said}") from None
    whole = Address(int(found), found.max_prefixlen, found.max_prefixlen)
    return masked(rt, whole, mask, said) if slash else whole


def masked(rt: Runtime, address: Address, mask: str, said: str) -> Address:
    """The network of an address. The mask is a length or is written as an address."""
    if mask.isdigit():
        prefix = int(mask)
        if prefix > address.bits:
            raise wrong(rt, "InvalidPrefixError", f"invalid length: {said}")
    else:
        number = parsed(rt, mask)
        if number.bits != address.bits:
            raise wrong(rt, "InvalidPrefixError", "address family is not same")
        prefix = number.number.bit_count()
        if number.number != ((1 << prefix) - 1) << (address.bits - prefix):
            raise wrong(rt, "InvalidPrefixError", f"invalid mask {mask}: {said}")
    found = Address(address.number, address.bits, prefix)
    return Address(found.first, found.bits, prefix)


def wrapped(kind: Module, address: Address) -> Object:
    """With the variables that Ruby's has: files add methods to IPAddr that read them."""
    made = Object(kind, address)
    made.variables = {
        "@addr": address.number,
        "@mask_addr": address.mask,
        "@family": 2 if address.bits == 32 else 10,
    }
    return made


def made(rt: Runtime, number: int, like: Address) -> Object:
    if not 0 <= number < 1 << like.bits:
        raise wrong(rt, "InvalidAddressError", f"invalid address: {number}")
    return wrapped(rt.constant("IPAddr"), Address(number, like.bits, like.prefix))


def other_of(rt: Runtime, value: Value, bits: int) -> Address:
    """What an address is compared with or calculated with."""
    if isinstance(value, Object) and isinstance(value.data, Address):
        return value.data
    if isinstance(value, int):
        return Address(value, bits, bits)
    return parsed(rt, text(rt, value))


@answers_itself("IPAddr", "new")
def new(rt: Runtime, me: Value, block: Block, address: Value = None, family: Value = None) -> Value:
    if address is None:
        return wrapped(me, Address(0, 128, 128))
    if isinstance(address, int):
        if family not in FAMILIES:
            said = (
                "address family must be specified" if family is None else f"unsupported address family: {family}"
            )
            raise wrong(rt, "AddressFamilyError", said)
        bits = FAMILIES[family]
        if not 0 <= address < 1 << bits:
            raise wrong(rt, "InvalidAddressError", f"invalid address: {address}")
        return wrapped(me, Address(address, bits, bits))
    return wrapped(me, parsed(rt, text(rt, address)))


@answers("IPAddr", "to_s")
def to_s(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.text())


@answers("IPAddr", "to_string")
def to_string(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.python.exploded)


def mask_text(address: Address) -> str:
    mask = Address(address.mask, address.bits, address.bits)
    return mask.text() if address.bits == 32 else mask.python.exploded


@answers("IPAddr", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    version = "IPv4" if me.data.bits == 32 else "IPv6"
    return Str(f"#<{me.kind.name}: {version}:{me.data.python.exploded}/{mask_text(me.data)}>")


@answers("IPAddr", "netmask")
def netmask(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(mask_text(me.data))


@answers("IPAddr", "to_i", "to_int")
def to_i(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.number


@answers("IPAddr", "prefix")
def prefix(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.prefix


@answers("IPAddr", "prefix=")
def set_prefix(rt: Runtime, me: Value, block: Block, length: Value) -> Value:
    me.data = masked(rt, me.data, str(integer(rt, length)), me.data.text())
    return length


@answers("IPAddr", "mask")
def mask(rt: Runtime, me: Value, block: Block, length: Value) -> Value:
    said = str(length) if isinstance(length, int) else text(rt, length)
    return wrapped(me.kind, masked(rt, me.data, said, me.data.text()))


@answers("IPAddr", "family")
def family(rt: Runtime, me: Value, block: Block) -> Value:
    return 2 if me.data.bits == 32 else 10


@answers("IPAddr", "ipv4?")
def is_ipv4(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.bits == 32


@answers("IPAddr", "ipv6?")
def is_ipv6(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.bits == 128


@answers("IPAddr", "loopback?")
def is_loopback(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.python.is_loopback


@answers("IPAddr", "private?")
def is_private(rt: Runtime, me: Value, block: Block) -> Value:
    networks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16") if me.data.bits == 32 else ("fc00::/7",)
    return any(me.data.python in ipaddress.ip_network(network) for network in networks)


@answers("IPAddr", "link_local?")
def is_link_local(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.python.is_link_local


@answers("IPAddr", "succ", "next")
def succ(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, me.data.number + 1, me.data)


@answers("IPAddr", "|")
def either(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return made(rt, me.data.number | other_of(rt, other, me.data.bits).number, me.data)


@answers("IPAddr", "&")
def both(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return made(rt, me.data.number & other_of(rt, other, me.data.bits).number, me.data)


@answers("IPAddr", "~")
def inverse(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, me.data.number ^ ((1 << me.data.bits) - 1), me.data)


@answers("IPAddr", "<<")
def left(rt: Runtime, me: Value, block: Block, count: Value) -> Value:
    return made(rt, (me.data.number << min(integer(rt, count), 128)) & ((1 << me.data.bits) - 1), me.data)


@answers("IPAddr", ">>")
def right(rt: Runtime, me: Value, block: Block, count: Value) -> Value:
    return made(rt, me.data.number >> integer(rt, count), me.data)


@answers("IPAddr", "include?", "===", "member?")
def includes(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    found = other_of(rt, other, me.data.bits)
    return found.bits == me.data.bits and me.data.first <= found.first and found.last <= me.data.last


@answers("IPAddr", "to_range")
def to_range(rt: Runtime, me: Value, block: Block) -> Value:
    whole = Address(0, me.data.bits, me.data.bits)
    return Range(made(rt, me.data.first, whole), made(rt, me.data.last, whole))


@answers("IPAddr", "<=>")
def compare(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not isinstance(other, Object | Str | int) or (
        isinstance(other, Object) and not isinstance(other.data, Address)
    ):
        return None
    found = other_of(rt, other, me.data.bits)
    return (
        (me.data.number > found.number) - (me.data.number < found.number) if found.bits == me.data.bits else None
    )


@answers("IPAddr", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return compare(rt, me, block, other) == 0


@answers("IPAddr", "eql?")
def eql(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and cast("object", other.data) == me.data


@answers("IPAddr", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data)


@answers("IPAddr", "reverse", "ip6_arpa")
def reverse(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.python.reverse_pointer)


@answers("IPAddr", "native")
def native(rt: Runtime, me: Value, block: Block) -> Value:
    inner = me.data.python.ipv4_mapped if me.data.bits == 128 else None
    return me if inner is None else wrapped(me.kind, Address(int(inner), 32, max(me.data.prefix - 96, 0)))


@answers("IPAddr", "ipv4_mapped")
def ipv4_mapped(rt: Runtime, me: Value, block: Block) -> Value:
    return wrapped(me.kind, Address(me.data.number | 0xFFFF_0000_0000, 128, me.data.prefix + 96))
