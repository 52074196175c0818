"""Rational: exact fractions."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from serai.loaders.vagrantfile.ruby.library.core.convert import integer
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, kind_name
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("Rational", "Numeric", "Comparable")


def made(rt: Runtime, value: Fraction) -> Object:
    return Object(rt.constant("Rational"), value)


def exact(rt: Runtime, value: Value) -> Fraction:
    """A number as a fraction. Raises TypeError or ArgumentError."""
    if isinstance(value, Object) and isinstance(value.data, Fraction | Decimal):
        return Fraction(value.data)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and not math.isfinite(value):
            raise rt.raised("FloatDomainError", "Infinity")
        return Fraction(value)
    if isinstance(value, Str):
        if not re.fullmatch(r"\s*[-+]?\d[\d_]*(\.\d+)?([eE][-+]?\d{1,3})?(/\d+)?\s*", value.s):
            raise rt.raised("ArgumentError", f"invalid value for convert(): {rt.inspect(value)}")
        first, _, second = value.s.replace("_", "").partition("/")
        return Fraction(first.strip()) / int(second or "1")
    raise rt.raised("TypeError", f"can't convert {kind_name(rt, value)} into Rational")


@answers("Kernel", "Rational")
def rational(rt: Runtime, me: Value, block: Block, top: Value, bottom: Value = 1, *more: Value) -> Value:
    below = exact(rt, bottom)
    if not below:
        raise rt.raised("ZeroDivisionError", "divided by 0")
    return made(rt, exact(rt, top) / below)


@answers("Integer", "to_r", "rationalize")
@answers("Float", "to_r")
@answers("Rational", "to_r", "rationalize")
def to_r(rt: Runtime, me: Value, block: Block, *precision: Value) -> Value:
    return made(rt, exact(rt, me))


@answers("Float", "rationalize")
def rationalize(rt: Runtime, me: Value, block: Block, precision: Value = None) -> Value:
    """The simplest fraction that reads as this number."""
    return made(rt, Fraction(repr(me)) if precision is None else exact(rt, me).limit_denominator(10**6))


@answers("String", "to_r")
def string_to_r(rt: Runtime, me: Value, block: Block) -> Value:
    found = re.match(r"\s*([-+]?\d+(?:\.\d+)?)(?:/(\d+))?", me.s)
    return made(rt, Fraction(found[1]) / int(found[2] or 1) if found else Fraction(0))


def operate(
    rt: Runtime,
    me: Value,
    other: Value,
    how: Callable[[Fraction, Fraction], Fraction],
    on_floats: Callable[..., float],
) -> Value:
    """A fraction; with a Float a Float."""
    if isinstance(other, float):
        return on_floats(float(me.data), other)
    return made(rt, how(me.data, exact(rt, other)))


def _enter(name: str, how: Callable[..., Value]) -> None:
    @answers("Rational", name)
    def calculate(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
        if name in ("/", "%", "quo") and not isinstance(other, float) and not exact(rt, other):
            raise rt.raised("ZeroDivisionError", "divided by 0")
        return operate(rt, me, other, how, how)


for _name, _how in {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "quo": operator.truediv,
    "%": operator.mod,
}.items():
    _enter(_name, _how)


@answers("Rational", "**")
def power(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, int) and abs(other) < 10_000:
        rt.bounds.grow(abs(other) * me.data.numerator.bit_length())
        return made(rt, Fraction(me.data**other))
    return float(me.data) ** float(exact(rt, other))


@answers("Rational", "coerce")
def coerce(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, float):
        return Array((other, float(me.data)))
    return Array((made(rt, exact(rt, other)), me))


@answers("Rational", "<=>")
def compare(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, Object) and not isinstance(other.data, Fraction | Decimal):
        return None
    if not isinstance(other, Object | int | float):
        return None
    right = exact(rt, other)
    return (me.data > right) - (me.data < right)


@answers("Rational", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return compare(rt, me, block, other) == 0


@answers("Rational", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data)


def _read(read: Callable[[Fraction], Value], *names: str) -> None:
    answers("Rational", *names)(lambda rt, me, block: read(me.data))


_read(lambda f: f.numerator, "numerator")
_read(lambda f: f.denominator, "denominator")
_read(lambda f: math.trunc(f), "to_i", "truncate")
_read(lambda f: f.numerator / f.denominator, "to_f")
_read(lambda f: f == 0, "zero?")
_read(lambda f: f > 0, "positive?")
_read(lambda f: f < 0, "negative?")
_read(lambda f: Str(f"{f.numerator}/{f.denominator}"), "to_s")
_read(lambda f: Str(f"({f.numerator}/{f.denominator})"), "inspect")


@answers("Rational", "-@")
def negative(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, -me.data)


@answers("Rational", "abs", "magnitude")
def absolute(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, abs(me.data))


def half_up(value: Fraction) -> int:
    return math.floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


MOST_DIGITS = 4_000
"""After the point, or before it: more take all the time there is."""


def few(rt: Runtime, digits: Value) -> int:
    """A number of digits to round to."""
    number = integer(rt, digits)
    if abs(number) > MOST_DIGITS:
        raise rt.refused(f"rounding to {number} digits", "round to fewer")
    return number


def _round(name: str, how: Callable[[Fraction], int]) -> None:
    @answers("Rational", name)
    def rounded(rt: Runtime, me: Value, block: Block, digits: Value = None, *more: Value) -> Value:
        if digits is None:
            return how(me.data)
        scale = Fraction(10) ** few(rt, digits)
        return made(rt, Fraction(how(me.data * scale)) / scale)


_round("round", half_up)
_round("floor", math.floor)
_round("ceil", math.ceil)
