"""Integer: bits, digits, counting, rounding, text in a base."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.core.convert import as_float, integer, is_number, small, within
from serai.loaders.vagrantfile.ruby.library.core.entry import (
    Block,
    answers,
    answers_itself,
    need,
    split_named,
)
from serai.loaders.vagrantfile.ruby.library.core.numeric import coerced, incomparable
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Str, Value

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LARGEST_SHIFT = 2**31
"""Bits."""


def _bits(name: str, function: Callable[[int, int], int]) -> None:
    @answers("Integer", name)
    def operate(rt: Runtime, me: int, block: Block, other: Value) -> Value:
        return function(me, other) if type(other) is int else coerced(rt, me, name, other)


for _name, _function in {"&": operator.and_, "|": operator.or_, "^": operator.xor}.items():
    _bits(_name, _function)


@answers("Integer", "~")
def invert(rt: Runtime, me: int, block: Block) -> Value:
    return ~me


@answers("Integer", "<<")
def left(rt: Runtime, me: int, block: Block, count: Value) -> Value:
    return shifted(rt, me, integer(rt, count))


@answers("Integer", ">>")
def right(rt: Runtime, me: int, block: Block, count: Value) -> Value:
    return shifted(rt, me, -integer(rt, count))


def shifted(rt: Runtime, me: int, count: int) -> int:
    if count <= 0:
        return me >> -count if count > -LARGEST_SHIFT else -1 if me < 0 else 0
    if count >= LARGEST_SHIFT:
        raise rt.raised("RangeError", "shift width too big")
    within(rt, me.bit_length() + count)
    return me << count


@answers("Integer", "[]")
def bit(rt: Runtime, me: int, block: Block, at: Value) -> Value:
    place = integer(rt, at)
    return 0 if place < 0 else (me >> min(place, me.bit_length() + 1)) & 1


@answers("Integer", "bit_length")
def bit_length(rt: Runtime, me: int, block: Block) -> Value:
    return (~me if me < 0 else me).bit_length()


@answers("Integer", "size")
def size(rt: Runtime, me: int, block: Block) -> Value:
    return 8 if -(2**63) <= me < 2**63 else -(-me.bit_length() // 64) * 8


@answers("Integer", "allbits?")
def allbits(rt: Runtime, me: int, block: Block, mask: Value) -> Value:
    return me & integer(rt, mask) == integer(rt, mask)


@answers("Integer", "anybits?")
def anybits(rt: Runtime, me: int, block: Block, mask: Value) -> Value:
    return me & integer(rt, mask) != 0


@answers("Integer", "nobits?")
def nobits(rt: Runtime, me: int, block: Block, mask: Value) -> Value:
    return me & integer(rt, mask) == 0


@answers("Integer", "even?")
def even(rt: Runtime, me: int, block: Block) -> Value:
    return me % 2 == 0


@answers("Integer", "odd?")
def odd(rt: Runtime, me: int, block: Block) -> Value:
    return me % 2 == 1


@answers("Integer", "succ", "next")
def succ(rt: Runtime, me: int, block: Block) -> Value:
    return me + 1


@answers("Integer", "pred")
def pred(rt: Runtime, me: int, block: Block) -> Value:
    return me - 1


@answers("Integer", "to_i", "to_int", "ord")
def to_i(rt: Runtime, me: int, block: Block) -> Value:
    return me


@answers("Integer", "to_f")
def to_f(rt: Runtime, me: int, block: Block) -> Value:
    return as_float(me)


@answers("Integer", "chr")
def chr_(rt: Runtime, me: int, block: Block, encoding: Value = None) -> Value:
    if encoding is None and 0x80 <= me <= 0xFF:
        return Str(bytes([me]).decode("utf-8", "surrogateescape"))
    if not 0 <= me <= (0x10FFFF if encoding is not None else 0xFF):
        raise rt.raised("RangeError", f"{me} out of char range")
    return Str(chr(me))


@answers("Integer", "to_s", "inspect")
def to_s(rt: Runtime, me: int, block: Block, base: Value = 10) -> Value:
    return Str(written(rt, me, small(rt, base)))


def written(rt: Runtime, number: int, base: int = 10) -> str:
    """A number in a base of 2 to 36."""
    if not 2 <= base <= len(DIGITS):
        raise rt.raised("ArgumentError", f"invalid radix {base}")
    if number.bit_length() > 8000:
        rt.bounds.grow(number.bit_length())
        rt.bounds.step((number.bit_length() // 1000) ** 2)
    if base in (2, 8, 16):
        return format(number, {2: "b", 8: "o", 16: "x"}[base])
    return ("-" if number < 0 else "") + _digits(abs(number), base)


def _digits(number: int, base: int) -> str:
    """Halves a long number first: Python refuses to write more than 4300 digits at once."""
    if number.bit_length() > 8000:
        half = number.bit_length() // (2 * base.bit_length())
        high, low = divmod(number, base**half)
        return _digits(high, base) + _digits(low, base).rjust(half, "0")
    if base == 10:
        return str(number)
    found = ""
    while True:
        number, last = divmod(number, base)
        found = DIGITS[last] + found
        if not number:
            return found


@answers("Integer", "digits")
def digits(rt: Runtime, me: int, block: Block, base: Value = 10) -> Value:
    by = integer(rt, base)
    if by < 0:
        raise rt.raised("ArgumentError", "negative radix")
    if by < 2:
        raise rt.raised("ArgumentError", f"invalid radix {by}")
    if me < 0:
        raise rt.raised("Math::DomainError", "out of domain")
    found = Array([me % by])
    while me := me // by:
        rt.bounds.step(1 + me.bit_length() // 4096)
        found.append(me % by)
    return found


@answers("Integer", "times")
def times(rt: Runtime, me: int, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "times")
    for number in range(me):
        rt.bounds.step()
        rt.call(block, [number])
    return me


@answers("Integer", "upto")
def upto(rt: Runtime, me: int, block: Block, last: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "upto", last)
    if not is_number(last):
        raise incomparable(rt, me, last)
    number = me
    while number <= last:
        rt.bounds.step()
        rt.call(block, [number])
        number += 1
    return me


@answers("Integer", "downto")
def downto(rt: Runtime, me: int, block: Block, last: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "downto", last)
    if not is_number(last):
        raise incomparable(rt, me, last)
    number = me
    while number >= last:
        rt.bounds.step()
        rt.call(block, [number])
        number -= 1
    return me


@answers("Integer", "numerator")
def numerator(rt: Runtime, me: int, block: Block) -> Value:
    return me


@answers("Integer", "denominator")
def denominator(rt: Runtime, me: int, block: Block) -> Value:
    return 1


@answers("Integer", "gcd")
def gcd(rt: Runtime, me: int, block: Block, other: Value) -> Value:
    return math.gcd(me, _whole(rt, other))


@answers("Integer", "lcm")
def lcm(rt: Runtime, me: int, block: Block, other: Value) -> Value:
    return math.lcm(me, _whole(rt, other))


def _whole(rt: Runtime, value: Value) -> int:
    if type(value) is not int:
        raise rt.raised("TypeError", "not an integer")
    return value


HALVES = ("up", "even", "down")


def half_of(rt: Runtime, named: dict[str, Value]) -> str:
    """What `half:` says of a number in the middle."""
    value = named.get("half")
    if value is None:
        return "up"
    word = value.s if isinstance(value, Str) else str(value)
    if word not in HALVES:
        raise rt.raised("ArgumentError", f"invalid rounding mode: {word}")
    return word


@answers("Integer", "round")
def round_(rt: Runtime, me: int, block: Block, *args: Value) -> Value:
    by_place, named = split_named(rt, args, "half")
    need(rt, by_place, 0, 1)
    half = half_of(rt, named)
    unit = _unit(rt, by_place[0] if by_place else 0)
    low = abs(me) // unit * unit
    rest = 2 * (abs(me) - low) - unit
    up = rest > 0 or (rest == 0 and (half == "up" or (half == "even" and low // unit % 2 == 1)))
    return me if unit == 1 else (low + unit * up) * (-1 if me < 0 else 1)


def _unit(rt: Runtime, places: Value) -> int:
    """10, 100, … for -1, -2, …; 1 where nothing is rounded."""
    count = small(rt, places)
    if count >= 0:
        return 1
    rt.bounds.grow(-count)
    return int(10**-count)


@answers("Integer", "floor")
def floor(rt: Runtime, me: int, block: Block, places: Value = 0) -> Value:
    return me // (unit := _unit(rt, places)) * unit


@answers("Integer", "ceil")
def ceil(rt: Runtime, me: int, block: Block, places: Value = 0) -> Value:
    return -(-me // (unit := _unit(rt, places)) * unit)


@answers("Integer", "truncate")
def truncate(rt: Runtime, me: int, block: Block, places: Value = 0) -> Value:
    unit = _unit(rt, places)
    return me // unit * unit if me >= 0 else -(-me // unit * unit)


@answers_itself("Integer", "sqrt")
def sqrt(rt: Runtime, me: Value, block: Block, number: Value) -> Value:
    whole = integer(rt, number)
    if whole < 0:
        raise rt.raised("Math::DomainError", 'Numerical argument is out of domain - "isqrt"')
    return math.isqrt(whole)
