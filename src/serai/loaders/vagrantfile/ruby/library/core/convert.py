"""What Ruby takes for an Integer, a String, an Array or a Hash where it asks for one."""

from __future__ import annotations

import math
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.entry import kind_name
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Range, Str, Sym, Value

INFINITE = float("inf")


def truthy(value: Value) -> bool:
    return value is not None and value is not False


def is_number(value: Value) -> bool:
    return type(value) is int or type(value) is float


def is_host(value: Value) -> bool:
    """Whether it is an object of the file or of serai, which answers for itself."""
    return isinstance(value, Object) or hasattr(value, "ruby_send")


def integer(rt: Runtime, value: Value) -> int:
    """An implicit Integer, as `Array#first(n)` takes it."""
    if type(value) is int:
        return value
    if isinstance(value, float):
        return whole(rt, value)
    if value is None:
        raise rt.raised("TypeError", "no implicit conversion from nil to integer")
    return int(implicit(rt, value, "to_int", "Integer"))


def small(rt: Runtime, value: Value) -> int:
    """An implicit Integer that counts something: one of 64 bits."""
    number = integer(rt, value)
    if not -(2**63) <= number < 2**63:
        raise rt.raised("RangeError", "bignum too big to convert into `long'")
    return number


def whole(rt: Runtime, value: float) -> int:
    """A Float without its fraction."""
    if math.isnan(value) or math.isinf(value):
        raise rt.raised(
            "FloatDomainError", "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        )
    return int(value)


def text(rt: Runtime, value: Value) -> str:
    """An implicit String."""
    if isinstance(value, Str):
        return value.s
    found = implicit(rt, value, "to_str", "String")
    return found.s if isinstance(found, Str) else str(found)


def named(rt: Runtime, value: Value) -> str:
    """A name: a String or a Symbol."""
    if isinstance(value, Sym):
        return str(value)
    if isinstance(value, Str):
        return value.s
    raise rt.raised("TypeError", f"{rt.inspect(value)} is not a symbol nor a string")


def array(rt: Runtime, value: Value) -> Array:
    """An implicit Array."""
    if isinstance(value, Array):
        return value
    found: Array = implicit(rt, value, "to_ary", "Array")
    return found


def mapping(rt: Runtime, value: Value) -> Hash:
    """An implicit Hash."""
    if isinstance(value, Hash):
        return value
    found: Hash = implicit(rt, value, "to_hash", "Hash")
    return found


def implicit(rt: Runtime, value: Value, name: str, kind: str) -> Any:
    if isinstance(value, Object) and rt.responds(value, name):
        return rt.send(value, name, [])
    raise rt.raised("TypeError", f"no implicit conversion of {kind_name(rt, value)} into {kind}")


def real(rt: Runtime, value: Value) -> float:
    """A number as Float, as `Math.sqrt` takes it."""
    if type(value) is int:
        return as_float(value)
    if type(value) is float:
        return value
    if isinstance(value, Object) and rt.responds(value, "to_f") and not rt.responds(value, "to_str"):
        return float(rt.send(value, "to_f", []))
    raise rt.raised("TypeError", f"can't convert {kind_name(rt, value)} into Float")


def as_float(value: int) -> float:
    """An Integer as Float: too large ones are infinite."""
    try:
        return float(value)
    except OverflowError:
        return INFINITE if value > 0 else -INFINITE


LARGEST = 1_000_000
"""Bits of an Integer: nothing ends an operation with two of them, which takes a third of a second."""


def within(rt: Runtime, bits: int) -> None:
    """Refuses an Integer of so many bits."""
    if bits > LARGEST:
        raise rt.refused("an Integer of more than 300,000 digits", "use a Float")
    if bits > 4096:
        rt.bounds.grow(bits // 8)
        rt.bounds.step(bits // 4096)


def bounds_of(rt: Runtime, span: Range, length: int) -> tuple[int, int] | None:
    """Start and count that a Range means in something of this length; None where it begins outside."""
    first = 0 if span.first is None else integer(rt, span.first)
    last = -1 if span.last is None else integer(rt, span.last)
    if first < 0:
        first += length
        if first < 0:
            return None
    if first > length:
        return None
    if last < 0:
        last += length
    if not span.exclusive or span.last is None:
        last += 1
    return first, max(min(last, length) - first, 0)
