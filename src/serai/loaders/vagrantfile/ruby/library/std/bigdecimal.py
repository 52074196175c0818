"""BigDecimal: decimal numbers of any length."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from fractions import Fraction

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, kind_name
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std.rational import MOST_DIGITS, few
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("BigDecimal", "Numeric", "Comparable")
declare("BigMath", None)
DIGITS = 100
"""Kept in a calculation."""
_NUMBER = re.compile(r"\s*([-+]?(?:\d[\d_]*)?(?:\.\d+)?(?:[eEdD][-+]?\d{1,5})?)")


def made(rt: Runtime, value: Decimal) -> Object:
    return Object(rt.constant("BigDecimal"), value)


def decimal(rt: Runtime, value: Value) -> Decimal:
    if isinstance(value, Object) and isinstance(value.data, Decimal):
        return value.data
    if isinstance(value, Object) and isinstance(value.data, Fraction):
        return Context(prec=DIGITS).divide(Decimal(value.data.numerator), Decimal(value.data.denominator))
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise rt.raised("TypeError", f"can't convert {kind_name(rt, value)} into BigDecimal")


def read(said: str) -> Decimal | None:
    """The number that a text begins with."""
    found = _NUMBER.match(said)
    try:
        return Decimal(re.sub("[dD]", "e", found[1].replace("_", ""))) if found else None
    except InvalidOperation:
        return None


@answers("Kernel", "BigDecimal")
def big_decimal(rt: Runtime, me: Value, block: Block, value: Value, digits: Value = 0, *more: Value) -> Value:
    if not isinstance(value, Str):
        found = decimal(rt, value)
    else:
        whole = _NUMBER.fullmatch(value.s.rstrip())
        number = read(value.s) if whole and value.s.strip() else None
        if number is None:
            raise rt.raised("ArgumentError", f"invalid value for BigDecimal(): {rt.inspect(value)}")
        found = number
    return made(rt, Context(prec=digits).create_decimal(found) if digits else found)


@answers("String", "to_d")
def string_to_d(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, read(me.s) or Decimal(0))


@answers("Integer", "to_d")
@answers("Float", "to_d")
def to_d(rt: Runtime, me: Value, block: Block, *digits: Value) -> Value:
    return made(rt, decimal(rt, me))


def _enter(name: str, how: Callable[[Decimal, Decimal], Decimal]) -> None:
    @answers("BigDecimal", name)
    def calculate(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
        right = decimal(rt, other)
        if name in ("/", "%", "quo") and not right:
            raise rt.raised("ZeroDivisionError", "divided by 0")
        with localcontext(Context(prec=DIGITS)):
            found = how(me.data, right)
            if name == "%" and found and (found < 0) != (right < 0):
                found += right
        return made(rt, found)


for _name, _how in {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "quo": operator.truediv,
    "%": operator.mod,
    "add": operator.add,
    "sub": operator.sub,
    "mult": operator.mul,
}.items():
    _enter(_name, _how)


@answers("BigDecimal", "**", "power")
def power(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return made(rt, Context(prec=DIGITS).power(me.data, integer(rt, other)))


@answers("BigDecimal", "<=>")
def compare(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, bool) or not isinstance(other, int | float | Object):
        return None
    right = decimal(rt, other)
    if right.is_nan():
        return None
    return (me.data > right) - (me.data < right)


@answers("BigDecimal", "==", "eql?")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return compare(rt, me, block, other) == 0


@answers("BigDecimal", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data)


@answers("BigDecimal", "coerce")
def coerce(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return Array((made(rt, decimal(rt, other)), me))


def plain(value: Decimal) -> str:
    """`1.5`, with at least one digit after the point."""
    said = f"{value:f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return said if "." in said else f"{said}.0"


def scientific(value: Decimal) -> str:
    """`0.15e1`, as Ruby writes it."""
    if not value:
        return "0.0"
    sign, digits, exponent = value.as_tuple()
    said = "".join(str(digit) for digit in digits)
    return f"{'-' if sign else ''}0.{said.rstrip('0') or '0'}e{len(said) + int(exponent)}"


@answers("BigDecimal", "to_s", "inspect")
def to_s(rt: Runtime, me: Value, block: Block, form: Value = None) -> Value:
    return Str(plain(me.data) if form is not None and text(rt, form).upper() == "F" else scientific(me.data))


@answers("BigDecimal", "to_digits")
def to_digits(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(plain(me.data))


def _read(give: Callable[[Decimal], Value], *names: str) -> None:
    answers("BigDecimal", *names)(lambda rt, me, block: give(me.data))


_read(int, "to_i", "to_int")
_read(float, "to_f")
_read(lambda d: d == 0, "zero?")
_read(lambda d: d < 0, "negative?")
_read(lambda d: d > 0, "positive?")
_read(lambda d: False, "nan?", "infinite?")


@answers("BigDecimal", "to_d")
def itself(rt: Runtime, me: Value, block: Block) -> Value:
    return me


@answers("BigDecimal", "to_r")
def to_r(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(rt.constant("Rational"), Fraction(me.data))


@answers("BigDecimal", "-@")
def negative(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, -me.data)


@answers("BigDecimal", "abs")
def absolute(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, abs(me.data))


def _round(name: str, how: str) -> None:
    @answers("BigDecimal", name)
    def rounded(rt: Runtime, me: Value, block: Block, digits: Value = None, *more: Value) -> Value:
        step = Decimal(1).scaleb(-(0 if digits is None else few(rt, digits)))
        found = me.data.quantize(step, rounding=how, context=Context(prec=MOST_DIGITS * 4))
        return int(found) if digits is None else made(rt, found)


_round("round", ROUND_HALF_UP)
_round("floor", ROUND_FLOOR)
_round("ceil", ROUND_CEILING)
_round("truncate", "ROUND_DOWN")
