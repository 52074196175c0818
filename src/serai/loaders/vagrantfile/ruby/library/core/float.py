"""Float: its text as Ruby prints it, rounding, and the module Math."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from serai.loaders.vagrantfile.ruby.library.core.convert import real, small, whole
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, need, split_named
from serai.loaders.vagrantfile.ruby.library.core.integer import half_of
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Str, Value

DIGITS = 15
"""Decimal digits that a Float holds (DBL_DIG)."""

for _name, _value in {
    "Float::INFINITY": math.inf,
    "Float::NAN": math.nan,
    "Float::EPSILON": 2.0**-52,
    "Float::MAX": 1.7976931348623157e308,
    "Float::MIN": 2.2250738585072014e-308,
    "Math::PI": math.pi,
    "Math::E": math.e,
}.items():
    CONSTANTS[_name] = partial(float, _value)

CONSTANTS["Float::DIG"] = lambda: DIGITS
declare("Math", None)


def shown(value: float) -> str:
    """`1.0`, `1.0e+20`, `Infinity`: from 1e15 on and below 1e-4 with an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        if abs(value) >= 1e15 or (value and abs(value) < 1e-4):
            mantissa, _, exponent = scientific(value)
        else:
            return mantissa
    if -4 <= int(exponent) < 15:
        return format(value, f".{max(len(mantissa.lstrip('-').replace('.', '')) - 1 - int(exponent), 1)}f")
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}e{int(exponent):+03d}"


def scientific(value: float) -> tuple[str, str, str]:
    """The shortest digits that mean the value, with an exponent."""
    digits = repr(value).lstrip("-").replace(".", "").strip("0")
    return format(value, f".{max(len(digits) - 1, 1)}e").partition("e")


@answers("Float", "to_s", "inspect")
def to_s(rt: Runtime, me: float, block: Block) -> Value:
    return Str(shown(me))


@answers("Float", "to_i", "to_int")
def to_i(rt: Runtime, me: float, block: Block) -> Value:
    return whole(rt, me)


@answers("Float", "to_f")
def to_f(rt: Runtime, me: float, block: Block) -> Value:
    return me


@answers("Float", "nan?")
def nan(rt: Runtime, me: float, block: Block) -> Value:
    return math.isnan(me)


def _too_fine(me: float, places: int) -> bool:
    """Whether so many places change nothing. Source: numeric.c, float_round_overflow."""
    exponent = math.frexp(me)[1]
    return places >= DIGITS + 2 - (exponent // 4 if exponent > 0 else int(exponent / 3) - 1)


def _too_coarse(me: float, places: int) -> bool:
    """Whether nothing is left of it. Source: numeric.c, float_round_underflow."""
    exponent = math.frexp(me)[1]
    return places < -(exponent // 3 + 1 if exponent > 0 else int(exponent / 4))


@answers("Float", "round")
def round_(rt: Runtime, me: float, block: Block, *args: Value) -> Value:
    by_place, named = split_named(rt, args, "half")
    need(rt, by_place, 0, 1)
    half = half_of(rt, named)
    places = small(rt, by_place[0]) if by_place and by_place[0] is not None else 0
    if places > 0:
        return me if not math.isfinite(me) or _too_fine(me, places) else _rounded(me, places, half)
    whole(rt, me)
    if places == 0:
        return int(_nearest(me, 1.0, half))
    return 0 if _too_coarse(me, places) else rt.send(whole(rt, me), "round", list(args))


def _rounded(me: float, places: int, half: str) -> float:
    if places > 14:
        return round_exactly(me, places, half)
    scale = 10.0**places
    if math.isinf(me * scale):
        return me
    return _nearest(me, scale, half) / scale


def round_exactly(me: float, places: int, half: str) -> float:
    from fractions import Fraction

    scaled = Fraction(me) * 10**places
    low = math.floor(abs(scaled))
    rest = abs(scaled) - low
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (half == "up" or (half == "even" and low % 2 == 1)))
    return float(Fraction((low + up) * (-1 if me < 0 else 1), 10**places))


def _nearest(me: float, scale: float, half: str) -> float:
    """`me * scale` to the nearest whole number, as numeric.c has it: it looks again at what scaling blurred."""
    size = abs(me)
    scaled = size * scale
    low = math.floor(scaled)
    found = float(low + (scaled - low >= 0.5))
    if half == "up":
        if scale != 1.0 and (found + 0.5) / scale <= size:
            found += 1
    elif half == "down":
        found = float(low + (scaled - low > 0.5))
        if scale != 1.0 and (found - 0.5) / scale >= size:
            found -= 1
    elif scaled - low == 0.5:
        found = float(low + low % 2)
    return math.copysign(found, me)


def _cut(rt: Runtime, me: float, places: Value, cut: Callable[[float], int]) -> Value:
    """`floor` and `ceil`, with places."""
    count = small(rt, places)
    if count <= 0:
        number = whole(rt, me) if not math.isfinite(me) else cut(me)
        unit = 10**-count if -count < 400 else 10**400
        return (
            number if count == 0 else (number // unit * unit if cut is math.floor else -(-number // unit * unit))
        )
    if not math.isfinite(me) or me == 0 or _too_fine(me, count):
        return me
    if (me > 0) is (cut is math.floor) and _too_coarse(me, count):
        return 0.0
    scale = 10.0**count
    found = cut(me * scale) / scale
    nearer = (cut(me * scale) + (1 if cut is math.floor else -1)) / scale
    return nearer if (nearer <= me if cut is math.floor else nearer >= me) else found


@answers("Float", "floor")
def floor(rt: Runtime, me: float, block: Block, places: Value = 0) -> Value:
    return _cut(rt, me, places, math.floor)


@answers("Float", "ceil")
def ceil(rt: Runtime, me: float, block: Block, places: Value = 0) -> Value:
    return _cut(rt, me, places, math.ceil)


@answers("Float", "truncate")
def truncate(rt: Runtime, me: float, block: Block, places: Value = 0) -> Value:
    return _cut(rt, me, places, math.ceil if me < 0 else math.floor)


@answers("Float", "next_float")
def next_float(rt: Runtime, me: float, block: Block) -> Value:
    return math.nextafter(me, math.inf)


@answers("Float", "prev_float")
def prev_float(rt: Runtime, me: float, block: Block) -> Value:
    return math.nextafter(me, -math.inf)


def _of_math(name: str, function: Callable[..., float]) -> None:
    @answers_itself("Math", name)
    def answer(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
        numbers = [real(rt, item) for item in args]
        try:
            return function(*numbers)
        except ValueError:
            raise rt.raised("Math::DomainError", f"Numerical argument is out of domain - {name}") from None
        except OverflowError:
            return math.inf
        except TypeError:
            raise rt.raised(
                "ArgumentError", f"wrong number of arguments (given {len(args)}, expected 1)"
            ) from None


def cube_root(number: float) -> float:
    """With the step that Ruby takes after the C library's answer. Source: math.c, math_cbrt."""
    found = math.cbrt(number)
    return (2.0 * found + number / found / found) / 3.0 if found and math.isfinite(found) else found


def logarithm(number: float, base: float | None = None) -> float:
    if number == 0:
        return -math.inf
    return math.log(number) if base is None else math.log(number) / math.log(base)


for _name in ("sqrt", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"):
    _of_math(_name, getattr(math, _name))
_of_math("hypot", math.hypot)
_of_math("cbrt", cube_root)
_of_math("log", logarithm)
_of_math("log2", lambda number: math.log2(number) if number else -math.inf)
_of_math("log10", lambda number: math.log10(number) if number else -math.inf)
