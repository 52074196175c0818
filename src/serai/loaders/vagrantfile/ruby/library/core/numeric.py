"""What Integer and Float share: arithmetic, comparison, division, steps, clamping."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator

from serai.loaders.vagrantfile.ruby.library.core.convert import as_float, is_number, truthy, whole, within
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, kind_name, need, split_named
from serai.loaders.vagrantfile.ruby.library.core.equality import compare, same, seen
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.runtime import RubyError, Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Range, Value

LARGEST_POWER = 32 * 1024 * 1024
"""Bits of `a ** b` above which Ruby 3.1 answers Infinity. Source: bignum.c, BIGLEN_LIMIT."""


def coerced(rt: Runtime, me: Value, name: str, other: Value) -> Value:
    """The answer of what is no number: by its `coerce`, else Ruby's TypeError."""
    if isinstance(other, Object) and rt.responds(other, "coerce"):
        one, two = rt.send(other, "coerce", [me])
        return rt.send(one, name, [two])
    if name in ("<", ">", "<=", ">="):
        raise incomparable(rt, me, other)
    raise rt.raised("TypeError", f"{seen(rt, other)} can't be coerced into {rt.class_of(me).name}")


def incomparable(rt: Runtime, me: Value, other: Value) -> RubyError:
    return rt.raised("ArgumentError", f"comparison of {rt.class_of(me).name} with {seen(rt, other)} failed")


def _floating(function: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    """The operation, with Integers that are too large for a Float taken as infinite."""

    def safe(one: Value, other: Value) -> Value:
        try:
            return function(one, other)
        except OverflowError:
            return function(*(as_float(item) if type(item) is int else item for item in (one, other)))

    return safe


def _arithmetic(name: str, function: Callable[[Value, Value], Value]) -> None:
    safe = _floating(function)

    @answers("Integer", name)
    @answers("Float", name)
    def operate(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
        if not is_number(other):
            return coerced(rt, me, name, other)
        if type(me) is int and type(other) is int:
            within(rt, me.bit_length() + other.bit_length())
        return safe(me, other)


for _name, _function in {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}.items():
    _arithmetic(_name, _function)


@answers("Integer", "==", "===")
@answers("Float", "==", "===")
def equals(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return same(rt, me, other)


@answers("Integer", "<=>")
@answers("Float", "<=>")
def spaceship(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return compare(rt, me, other) if is_number(other) else None


@answers("Integer", "/")
@answers("Float", "/")
def divide(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_number(other):
        return coerced(rt, me, "/", other)
    if type(me) is int and type(other) is int:
        if other == 0:
            raise rt.raised("ZeroDivisionError", "divided by 0")
        return me // other
    return quotient(as_float(me) if type(me) is int else me, as_float(other) if type(other) is int else other)


def quotient(me: float, other: float) -> float:
    """Division of Floats: by zero it is infinite, or not a number."""
    if other:
        return me / other
    if me == 0 or math.isnan(me):
        return math.nan
    return math.copysign(math.inf, me) * math.copysign(1.0, other)


@answers("Integer", "%", "modulo")
@answers("Float", "%", "modulo")
def modulo(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_number(other):
        return coerced(rt, me, "%", other)
    if other == 0:
        raise rt.raised("ZeroDivisionError", "divided by 0")
    if type(me) is int and type(other) is int:
        return me % other
    return remainder_of(float(me), float(other))


def remainder_of(me: float, other: float) -> float:
    """Modulo of Floats, with the sign of the divisor."""
    if other == 0 or math.isnan(me) or math.isnan(other) or math.isinf(me):
        return math.nan
    if math.isinf(other):
        return me if me == 0 or (me > 0) == (other > 0) else other
    return me % other


@answers("Numeric", "div")
def div(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_number(other):
        return coerced(rt, me, "div", other)
    if other == 0:
        raise rt.raised("ZeroDivisionError", "divided by 0")
    return me // other if type(me) is int and type(other) is int else whole(rt, math.floor(me / other))


@answers("Numeric", "divmod")
def divmod_(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_number(other):
        return coerced(rt, me, "divmod", other)
    if other == 0:
        raise rt.raised("ZeroDivisionError", "divided by 0")
    if type(me) is int and type(other) is int:
        return Array(divmod(me, other))
    left = remainder_of(float(me), float(other))
    return Array((whole(rt, math.nan if math.isnan(left) else float(round((me - left) / other))), left))


@answers("Numeric", "remainder")
def remainder(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_number(other):
        return coerced(rt, me, "remainder", other)
    if other == 0:
        raise rt.raised("ZeroDivisionError", "divided by 0")
    if type(me) is int and type(other) is int:
        return int(math.copysign(1, me)) * (abs(me) % abs(other))
    return math.fmod(me, other)


@answers("Numeric", "fdiv")
def fdiv(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_number(other):
        return coerced(rt, me, "fdiv", other)
    if other and type(me) is int and type(other) is int:
        return me / other
    return quotient(float(me), float(other))


@answers("Numeric", "**")
def raised_to(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return power(rt, me, block, other)


@answers("Numeric", "pow")
def power(rt: Runtime, me: Value, block: Block, other: Value, modulus: Value = GONE) -> Value:
    if not is_number(other):
        return coerced(rt, me, "**", other)
    if modulus is not GONE:
        return _power_modulo(rt, me, other, modulus)
    if type(me) is int and type(other) is int:
        return _power_of_integers(rt, me, other)
    if me < 0 and other != math.floor(other):
        raise rt.refused("a negative number to the power of a fraction", "complex numbers are not supported")
    try:
        return float(me) ** float(other)
    except OverflowError:
        return -math.inf if me < 0 and other % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.inf


def _power_of_integers(rt: Runtime, me: int, other: int) -> Value:
    if other < 0:
        return rt.send(rt.send(me, "to_r", []), "**", [other])
    bits = me.bit_length() * other
    if abs(me) > 1:
        if bits > LARGEST_POWER:
            rt.warn("in a**b, b may be too big")
            return math.inf if me > 0 or other % 2 == 0 else -math.inf
        within(rt, bits)
        rt.bounds.step(bits // 256)
    return me**other


def _power_modulo(rt: Runtime, me: Value, other: Value, modulus: Value) -> Value:
    if not all(type(item) is int for item in (me, other, modulus)):
        raise rt.raised("TypeError", "Integer#pow() 2nd argument not allowed unless all arguments are integers")
    if other < 0:
        raise rt.raised("RangeError", "Integer#pow() 1st argument cannot be negative when 2nd argument specified")
    if modulus == 0:
        raise rt.raised("ZeroDivisionError", "divided by 0")
    rt.bounds.step(other.bit_length() * (modulus.bit_length() // 512 + 1))
    return pow(me, other, modulus)


@answers("Numeric", "coerce")
def coerce(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if type(me) is int and type(other) is int:
        return Array((other, me))
    if not is_number(other):
        raise rt.raised("TypeError", f"can't convert {kind_name(rt, other)} into Float")
    return Array((float(other), float(me)))


@answers("Numeric", "+@")
def plus(rt: Runtime, me: Value, block: Block) -> Value:
    return me


@answers("Numeric", "-@")
def minus(rt: Runtime, me: Value, block: Block) -> Value:
    return -me


@answers("Numeric", "abs", "magnitude")
def absolute(rt: Runtime, me: Value, block: Block) -> Value:
    return abs(me)


@answers("Numeric", "zero?")
def zero(rt: Runtime, me: Value, block: Block) -> Value:
    return same(rt, me, 0)


@answers("Numeric", "nonzero?")
def nonzero(rt: Runtime, me: Value, block: Block) -> Value:
    return None if same(rt, me, 0) else me


@answers("Numeric", "positive?")
def positive(rt: Runtime, me: Value, block: Block) -> Value:
    return bool(me > 0)


@answers("Numeric", "negative?")
def negative(rt: Runtime, me: Value, block: Block) -> Value:
    return bool(me < 0)


@answers("Numeric", "integer?")
def is_integer(rt: Runtime, me: Value, block: Block) -> Value:
    return type(me) is int


@answers("Numeric", "real?")
def is_real(rt: Runtime, me: Value, block: Block) -> Value:
    return True


@answers("Numeric", "finite?")
def finite(rt: Runtime, me: Value, block: Block) -> Value:
    return type(me) is int or math.isfinite(me)


@answers("Numeric", "infinite?")
def infinite(rt: Runtime, me: Value, block: Block) -> Value:
    return None if type(me) is int or not math.isinf(me) else 1 if me > 0 else -1


@answers("Numeric", "to_int")
def to_int(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(me, "to_i", [])


@answers("Numeric", "to_c", "i", "imaginary")
def fraction(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    raise rt.refused("Complex numbers", "use an Integer or a Float")


@answers("Numeric", "step")
def step(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    by_place, by_name = split_named(rt, args, "by", "to")
    need(rt, by_place, 0, 2)
    limit = by_name.get("to", by_place[0] if by_place else None)
    by = by_name.get("by", by_place[1] if len(by_place) > 1 else 1)
    if by == 0 and is_number(by):
        raise rt.raised("ArgumentError", "step can't be 0")
    if not is_number(by):
        raise incomparable(rt, 0, by)
    if block is None:
        return enumerator(rt, me, "step", *args)
    for number in steps(rt, me, limit, by):
        rt.call(block, [number])
    return me


def steps(rt: Runtime, first: Value, limit: Value, by: Value, *, exclusive: bool = False) -> Iterator[Value]:
    """Numbers from `first` on; with Floats each is reckoned anew, so that errors do not add up (numeric.c)."""
    if limit is not None and not is_number(limit):
        raise incomparable(rt, first, limit)
    if any(type(item) is float for item in (first, limit, by)):
        return _float_steps(rt, float(first), math.inf if limit is None else float(limit), float(by), exclusive)
    return _whole_steps(rt, first, limit, by, exclusive)


def _whole_steps(rt: Runtime, first: int, limit: int | None, by: int, exclusive: bool) -> Iterator[int]:
    number = first
    while limit is None or (number < limit if by > 0 else number > limit) or (number == limit and not exclusive):
        rt.bounds.step()
        yield number
        number += by


def _float_steps(rt: Runtime, first: float, limit: float, by: float, exclusive: bool) -> Iterator[float]:
    if math.isinf(by):
        if (first <= limit) if by > 0 else (first >= limit):
            yield first
        return
    count = (limit - first) / by
    if math.isnan(count):
        return
    if math.isinf(count):
        at = 0
        while count > 0:
            rt.bounds.step()
            yield first + at * by
            at += 1
        return
    error = (abs(first) + abs(limit) + abs(limit - first)) / abs(by) * 2.220446049250313e-16
    error = min(error, 0.5)
    if exclusive:
        size = 0 if count <= 0 else math.floor(count - error) + 1
    else:
        size = 0 if count < 0 else math.floor(count + error) + 1
    for at in range(size):
        rt.bounds.step()
        number = at * by + first
        yield limit if not exclusive and (limit < number if by >= 0 else number < limit) else number


@answers("Comparable", "clamp")
def clamp(rt: Runtime, me: Value, block: Block, low: Value, high: Value = GONE) -> Value:
    if high is GONE:
        if not isinstance(low, Range):
            raise rt.raised("TypeError", f"wrong argument type {rt.class_of(low).name} (expected Range)")
        if low.exclusive and low.last is not None:
            raise rt.raised("ArgumentError", "cannot clamp with an exclusive range")
        low, high = low.first, low.last
    if low is not None and high is not None and _order(rt, low, high) > 0:
        raise rt.raised("ArgumentError", "min argument must be smaller than max argument")
    if low is not None and _order(rt, me, low) < 0:
        return low
    return high if high is not None and _order(rt, me, high) > 0 else me


def _order(rt: Runtime, one: Value, other: Value) -> int:
    order = compare(rt, one, other)
    if order is None:
        raise incomparable(rt, one, other)
    return order


@answers("Comparable", "between?")
def between(rt: Runtime, me: Value, block: Block, low: Value, high: Value) -> Value:
    return _order(rt, me, low) >= 0 and _order(rt, me, high) <= 0


def _comparison(name: str, holds: Callable[[int, int], bool]) -> None:
    @answers("Comparable", name)
    def ask(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
        return holds(_order(rt, me, other), 0)


for _name, _holds in {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}.items():
    _comparison(_name, _holds)


@answers("Comparable", "==")
def comparable_equals(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if me is other:
        return True
    answer = rt.send(me, "<=>", [other])
    return answer is not None and truthy(answer == 0)
