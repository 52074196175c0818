"""`format`: Ruby's sprintf, with all of its flags, `%<name>d` and `%{name}`."""

from __future__ import annotations

import math
import re

from serai.loaders.vagrantfile.ruby.library.core.convert import small
from serai.loaders.vagrantfile.ruby.library.core.numbers_in_text import to_float, to_integer
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Sym, Value

PART = (
    r"%(?P<flags>(?:[ #+\-0]|<(?P<name>[^>]*)>|(?P<at>\d+)\$)*)"
    r"(?P<width>\*|\d+)?(?P<flags2>[ #+\-0]*)(?:<(?P<name2>[^>]*)>)?(?:\.(?P<precision>\*|\d*))?"
    r"(?:<(?P<name3>[^>]*)>)?(?P<kind>\{(?P<brace>[^}]*)\}|.|\Z)"
)
"""Compiled when it is first needed, as all patterns that not every file needs."""
BASES = {"x": (16, "x"), "X": (16, "X"), "o": (8, "o"), "b": (2, "b"), "B": (2, "b")}
QUICK = 14
"""Digits. Source: dtoa, Quick_max."""
PREFIX = {"x": "0x", "X": "0X", "o": "0", "b": "0b", "B": "0B"}


class Arguments:
    """What is left to be printed."""

    def __init__(self, rt: Runtime, values: list[Value]) -> None:
        self.rt, self.values, self.next = rt, values, 0
        self.taken = 0
        """Of those in their order."""
        self.way = ""
        """How they were named up to now: in their order, by number or by name. Ruby lets no two ways mix."""

    def take(self, at: str | None = None) -> Value:
        self.only("unnumbered" if at is None else "numbered", f"({self.taken + 1 if at is None else at})")
        if at is not None:
            self.next = int(at) - 1
        if self.next >= len(self.values):
            raise self.rt.raised("ArgumentError", "too few arguments")
        self.next += 1
        self.taken += at is None
        return self.values[self.next - 1]

    def only(self, way: str, told: str) -> None:
        if self.way and self.way != way:
            mixed = "mixed with" if way == "unnumbered" else "after"
            before = f"unnumbered({self.next})" if self.way == "unnumbered" else self.way
            raise self.rt.raised("ArgumentError", f"{way}{told} {mixed} {before}")
        self.way = way

    def named(self, name: str, told: str) -> Value:
        self.only("named", told)
        if len(self.values) != 1 or not isinstance(self.values[0], Hash):
            raise self.rt.raised("ArgumentError", "one hash required")
        hash_, key = self.values[0], Sym(name)
        if key in hash_:
            return hash_[key]
        if hash_.default_proc is None and hash_.default is None:
            raise self.rt.raised("KeyError", f"key{told} not found")
        return self.rt.send(hash_, "[]", [key])


def formatted(rt: Runtime, pattern: str, values: list[Value]) -> str:
    """The pattern with the values in their places."""
    if "%" not in pattern:
        return pattern
    left = Arguments(rt, values)
    pieces, last = [], 0
    for part in re.finditer(PART, pattern, re.DOTALL):
        rt.bounds.step()
        pieces.append(pattern[last : part.start()])
        pieces.append(_piece(rt, part, left, pattern))
        last = part.end()
    pieces.append(pattern[last:])
    return "".join(pieces)


def _piece(rt: Runtime, part: re.Match[str], left: Arguments, pattern: str) -> str:
    kind = part["kind"]
    flags = part["flags"] + part["flags2"]
    width = (
        None if part["width"] is None else small(rt, left.take()) if part["width"] == "*" else int(part["width"])
    )
    if width is not None and width < 0:
        flags, width = flags + "-", -width
    rt.bounds.grow(width or 0)
    precision = None
    if part["precision"] is not None:
        precision = small(rt, left.take()) if part["precision"] == "*" else int(part["precision"] or 0)
        rt.bounds.grow(precision)
    plain = set(re.sub(r"<[^>]*>|\d+\$", "", flags))
    if kind == "%" or kind in ("\n", "\0"):
        if part.end() - part.start() > 2:
            raise rt.raised("ArgumentError", f"invalid format character - {kind}")
        return "%" + ("" if kind == "%" else kind)
    if kind == "":
        raise rt.raised("ArgumentError", "incomplete format specifier; use %% (double %) instead")
    if part["brace"] is not None:
        return _padded(rt.to_s(left.named(part["brace"], f"{{{part['brace']}}}"))[:precision], plain, width)
    name = part["name"] if part["name"] is not None else part["name2"] or part["name3"]
    if kind not in "diufgGeEaAxXobBscp":
        raise rt.raised("ArgumentError", f"malformed format string - %{kind}")
    value = left.take(part["at"]) if name is None else left.named(name, f"<{name}>")
    return _written(rt, kind, value, plain, width, precision)


def _written(
    rt: Runtime, kind: str, value: Value, flags: set[str], width: int | None, precision: int | None
) -> str:
    if kind in "sp":
        told = rt.to_s(value) if kind == "s" else rt.inspect(value)
        return _padded(told[:precision], flags, width)
    if kind == "c":
        if isinstance(value, Str) and len(value.s) != 1:
            raise rt.raised("ArgumentError", "%c requires a character")
        told = value.s if isinstance(value, Str) else chr(small(rt, value))
        return _padded(told, flags, width)
    if kind in "diu":
        return _number(rt, to_integer(rt, value), flags, width, precision)
    if kind in BASES:
        return _in_base(rt, kind, to_integer(rt, value), flags, width, precision)
    return _real(rt, kind, to_float(rt, value), flags, width, precision)


def _padded(told: str, flags: set[str], width: int | None) -> str:
    if width is None:
        return told
    return told.ljust(width) if "-" in flags else told.rjust(width)


def _sign(negative: bool, flags: set[str]) -> str:
    return "-" if negative else "+" if "+" in flags else " " if " " in flags else ""


def _filled(sign: str, digits: str, flags: set[str], width: int | None, zeros: bool) -> str:
    """Sign and digits, with zeros between or spaces around them."""
    if width is not None and zeros and "-" not in flags:
        return sign + digits.rjust(width - len(sign), "0")
    return _padded(sign + digits, flags, width)


def _number(rt: Runtime, number: int, flags: set[str], width: int | None, precision: int | None) -> str:
    from serai.loaders.vagrantfile.ruby.library.core.integer import written

    digits = written(rt, abs(number)).rjust(precision or 0, "0")
    return _filled(_sign(number < 0, flags), digits, flags, width, "0" in flags and precision is None)


def _in_base(
    rt: Runtime, kind: str, number: int, flags: set[str], width: int | None, precision: int | None
) -> str:
    base, letter = BASES[kind]
    prefix = PREFIX[kind] if "#" in flags and number else ""
    if number >= 0 or flags & {"+", " "}:
        digits = format(abs(number), letter).rjust(precision or 0, "0")
        sign = _sign(number < 0, flags)
        return _filled(sign + prefix, digits, flags, width, "0" in flags and precision is None)
    top = format(base - 1, letter)
    bits = base.bit_length() - 1
    places = -(-(number + 1).bit_length() // bits)
    digits = format(number + base ** (places + 1), letter)
    digits = top + digits.lstrip(top) if digits.lstrip(top) else top
    if precision is not None and precision > len(digits):
        return _padded(prefix + digits.rjust(precision, top), flags, width)
    if "0" in flags and precision is None and width is not None and "-" not in flags:
        return prefix + digits.rjust(width - len(prefix), top)
    return _padded(f"{prefix}..{digits}", flags, width)


def _real(rt: Runtime, kind: str, number: float, flags: set[str], width: int | None, precision: int | None) -> str:
    sign = _sign(math.copysign(1, number) < 0 and not math.isnan(number), flags)
    if not math.isfinite(number):
        return _padded(sign + ("NaN" if math.isnan(number) else "Inf"), flags, width)
    alternate = "#" if "#" in flags else ""
    if kind in "aA":
        told = float.hex(abs(number))
        digits = re.sub(r"\.?0*p", "p", told)
        digits = digits.upper() if kind == "A" else digits
        prefix, digits = digits[:2], digits[2:]
        return _filled(sign + prefix, digits, flags, width, "0" in flags)
    number = evened(abs(number), kind, 6 if precision is None else precision)
    digits = format(number, f"{alternate}.{6 if precision is None else precision}{kind}")
    return _filled(sign, digits, flags, width, "0" in flags)


def evened(number: float, kind: str, precision: int) -> float:
    """What is printed for a number so near to a half of its last digit that Ruby takes it for one: the even digit.

    Source: Ruby's util.c, the quick way of dtoa for up to 14 digits.
    """
    from fractions import Fraction

    if not number:
        return number
    power = math.floor(math.log10(number))
    power += (number >= 10.0 ** (power + 1)) - (number < 10.0**power) if -300 < power < 300 else 0
    places = precision if kind in "fF" else precision - power if kind in "eE" else (precision or 1) - 1 - power
    digits = places + power + 1
    if not 0 < digits <= QUICK or abs(power) > QUICK:
        return number
    scaled = Fraction(number) * Fraction(10) ** places
    low = math.floor(scaled)
    near = (2 * (number / 10.0**power) + 7) * 2.0**-52 * 10.0 ** (digits - 1)
    if abs(scaled - low - Fraction(1, 2)) > near:
        return number
    return float((low + low % 2) / Fraction(10) ** places)


def arguments_of(value: Value) -> list[Value]:
    """What `string % value` puts in: the items of an Array, or the value."""
    return list(value) if isinstance(value, Array) else [value]
