"""Ruby's three questions about two values: `==`, `<=>` and `===`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.convert import is_number, truthy
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import (
    Array,
    Hash,
    Module,
    Object,
    Proc,
    Range,
    Regexp,
    Str,
    Sym,
    Value,
    key_of,
)


def same(rt: Runtime, one: Value, other: Value) -> bool:
    """`==`"""
    if one is other:
        return bool(one == one)  # NaN is not the same as itself
    if is_number(one):
        return bool(one == other) if is_number(other) else isinstance(other, Object) and same(rt, other, one)
    if one is None or isinstance(one, bool):
        return False
    if isinstance(one, Str | Sym | Regexp):
        return bool(one == other)
    if isinstance(one, Array):
        return isinstance(other, Array) and len(one) == len(other) and _all_same(rt, one, other)
    if isinstance(one, Hash):
        return isinstance(other, Hash) and len(one) == len(other) and _same_hash(rt, one, other)
    if isinstance(one, Range):
        return isinstance(other, Range) and one.exclusive == other.exclusive and (
            same(rt, one.first, other.first) and same(rt, one.last, other.last)
        )  # fmt: skip
    if isinstance(one, Module | Proc):
        return False
    return truthy(rt.send(one, "==", [other]))


def _all_same(rt: Runtime, one: Array, other: Array) -> bool:
    rt.bounds.step(len(one))
    return all(same(rt, left, right) for left, right in zip(list(one), list(other), strict=False))


def _same_hash(rt: Runtime, one: Hash, other: Hash) -> bool:
    rt.bounds.step(len(one))
    return all(
        place in other.entries and same(rt, value, other.entries[place][1])
        for place, (_, value) in list(one.entries.items())
    )


def eql(one: Value, other: Value) -> bool:
    """`eql?`: the same key of a Hash."""
    return bool(key_of(one) == key_of(other))


def compare(rt: Runtime, one: Value, other: Value) -> int | None:
    """`<=>`; None where the two have no order."""
    if is_number(one) and is_number(other):
        return None if one != one or other != other else (one > other) - (one < other)
    if isinstance(one, Str) and isinstance(other, Str):
        return (one.s > other.s) - (one.s < other.s)
    if isinstance(one, Sym) and isinstance(other, Sym):
        return (str(one) > str(other)) - (str(one) < str(other))
    if isinstance(one, Array) and isinstance(other, Array):
        return _compare_arrays(rt, one, other)
    if isinstance(one, Object):
        found = rt.send(one, "<=>", [other])
        return None if found is None else sign(rt, found)
    return 0 if same(rt, one, other) else None


def sign(rt: Runtime, answer: Value) -> int:
    """What `<=>` or a block that compares said, as -1, 0 or 1."""
    if is_number(answer):
        return int((answer > 0) - (answer < 0))
    if answer is None:
        raise rt.raised("ArgumentError", "comparison of NilClass with 0 failed")
    return int(truthy(rt.send(answer, ">", [0]))) - int(truthy(rt.send(answer, "<", [0])))


def _compare_arrays(rt: Runtime, one: Array, other: Array) -> int | None:
    rt.bounds.step(len(one))
    for left, right in zip(list(one), list(other), strict=False):
        order = compare(rt, left, right)
        if order != 0:
            return order
    return (len(one) > len(other)) - (len(one) < len(other))


def ordered(rt: Runtime, one: Value, other: Value) -> int:
    """`<=>` of two that must have an order; else Ruby's ArgumentError."""
    order = compare(rt, one, other)
    if order is None:
        raise rt.raised("ArgumentError", f"comparison of {rt.class_of(one).name} with {seen(rt, other)} failed")
    return order


def seen(rt: Runtime, value: Value) -> str:
    """As errors of comparisons name a value: small ones by themselves, others by their class."""
    return rt.inspect(value) if value is None or isinstance(value, bool | int | float | Sym) else (
        rt.class_of(value).name
    )  # fmt: skip


def sorted_by(
    rt: Runtime, items: Iterable[Value], order: Callable[[Value, Value], int] | None = None
) -> list[Value]:
    """The items in order: of `<=>`, or of what is given."""
    found = list(items)
    rt.bounds.step(len(found))
    if order is None:
        if all(type(item) is Str for item in found):
            return sorted(found, key=lambda item: item.s)
        if all(type(item) is int for item in found):
            return sorted(found)

        def order(one: Value, other: Value) -> int:
            rt.bounds.step()
            return ordered(rt, one, other)

    def asked(one: Value, other: Value) -> int:
        """Python asks of the later one first, Ruby of the earlier: errors and blocks can tell."""
        return -order(other, one)

    return sorted(found, key=cmp_to_key(asked))


def place(value: Value) -> Any:
    """`key_of`, for sets of values that were seen."""
    return key_of(value)


def matches(rt: Runtime, pattern: Value, value: Value) -> bool:
    """`pattern === value`, as `case`, `grep` and `any?(pattern)` ask."""
    if is_number(pattern) or pattern is None or isinstance(pattern, bool | Str | Sym | Array | Hash):
        return same(rt, pattern, value)
    return truthy(rt.send(pattern, "===", [value]))
