"""Numbers that are written in a text: strictly, as `Integer("0x1f")` reads them, and leniently, as `to_i` does."""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.ruby.library.core.convert import as_float, whole
from serai.loaders.vagrantfile.ruby.library.core.entry import kind_name
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Str, Value

PREFIXES = {"0x": 16, "0b": 2, "0o": 8, "0d": 10}
FLOAT = r"[+-]?(?:\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?"
HEX_FLOAT = r"[+-]?0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]+)?(?:[pP][+-]?\d+)?"
SPACE = " \t\n\v\f\r"
LONGEST = 4000
"""Digits that Python reads at once."""
LARGEST = 300_000
"""Digits of an Integer."""


def lenient_integer(rt: Runtime, text: str, base: int = 10) -> int:
    """The number that a text begins with, or 0."""
    text = text.lstrip(SPACE)
    sign = -1 if text.startswith("-") else 1
    text = text[1:] if text[:1] in ("+", "-") else text
    text, base = _without_prefix(text, base)
    found = re.match(f"{_digit(base)}+(?:_{_digit(base)}+)*", text, re.IGNORECASE)
    return sign * number_of(rt, found[0].replace("_", ""), base) if found else 0


def strict_integer(rt: Runtime, text: str, base: int = 0) -> int | None:
    """The number that a text is, or None. Base 0: as its prefix says."""
    stripped = text.strip(SPACE)
    sign = -1 if stripped.startswith("-") else 1
    digits = stripped[1:] if stripped[:1] in ("+", "-") else stripped
    digits, base = _without_prefix(digits, base)
    if base == 0:
        base = 8 if len(digits) > 1 and digits.startswith("0") else 10
        digits = digits[1:].removeprefix("_") if base == 8 else digits
    if "\0" in text or not re.fullmatch(f"{_digit(base)}+(?:_{_digit(base)}+)*", digits, re.IGNORECASE):
        return None
    return sign * number_of(rt, digits.replace("_", ""), base)


def _without_prefix(digits: str, base: int) -> tuple[str, int]:
    meant = PREFIXES.get(digits[:2].lower())
    if meant is not None and base in (0, meant) and re.match(_digit(meant), digits[2:3] or "~", re.IGNORECASE):
        return digits[2:], meant
    return digits, base


def _digit(base: int) -> str:
    if base <= 10:
        return f"[0-{base - 1}]"
    return f"[0-9a-{chr(ord('a') + base - 11)}]"


def number_of(rt: Runtime, digits: str, base: int) -> int:
    """Plain digits as a number; long ones in pieces."""
    if len(digits) <= LONGEST:
        return int(digits, base)
    if len(digits) > LARGEST:
        raise rt.refused("an Integer of more than 300,000 digits", "use a Float")
    rt.bounds.step(len(digits) // 100)
    half = len(digits) // 2
    high, low = number_of(rt, digits[:half], base), number_of(rt, digits[half:], base)
    return int(high * base ** len(digits[half:]) + low)


def lenient_float(text: str) -> float:
    found = re.match(FLOAT, text.lstrip(SPACE))
    return float(found[0].replace("_", "")) if found else 0.0


def strict_float(text: str) -> float | None:
    stripped = text.strip(SPACE)
    if re.fullmatch(HEX_FLOAT, stripped):
        return float.fromhex(stripped)
    return float(stripped.replace("_", "")) if re.fullmatch(FLOAT, stripped) and "\0" not in text else None


def to_integer(rt: Runtime, value: Value, base: int = 0) -> int:
    """`Integer(value)`"""
    if type(value) is int:
        return value
    if isinstance(value, float):
        return whole(rt, value)
    if isinstance(value, Str):
        found = strict_integer(rt, value.s, base)
        if found is None:
            raise rt.raised("ArgumentError", f"invalid value for Integer(): {rt.inspect(value)}")
        return found
    for name in ("to_int", "to_i"):
        if isinstance(value, Object) and rt.responds(value, name):
            return int(rt.send(value, name, []))
    raise rt.raised("TypeError", f"can't convert {kind_name(rt, value)} into Integer")


def to_float(rt: Runtime, value: Value) -> float:
    """`Float(value)`"""
    if type(value) is int:
        return as_float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, Str):
        found = strict_float(value.s)
        if found is None:
            raise rt.raised("ArgumentError", f"invalid value for Float(): {rt.inspect(value)}")
        return found
    if isinstance(value, Object) and rt.responds(value, "to_f"):
        return float(rt.send(value, "to_f", []))
    raise rt.raised("TypeError", f"can't convert {kind_name(rt, value)} into Float")
