"""Going over what has `each`, one item at a time, until enough was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Proc, Range, Value

ENOUGH = object()
"""What a visit answers when it needs no more items."""
Visit = Callable[[Value], object]
"""Sees an item; goes on unless it says ENOUGH."""


class Enough(Exception):
    """On its way out of an `each` of the file's; caught by the `walk` that raised it."""


class Source:
    """What an Enumerator goes over: `receiver.name(*args)`, or a block that is given a yielder."""

    __slots__ = ("args", "at", "block", "buffer", "name", "named", "receiver", "size")

    def __init__(self, receiver: Value, name: str, args: Sequence[Value] = (), block: Proc | None = None) -> None:
        self.receiver, self.name, self.block = receiver, name, block
        self.args = [Hash(arg.items()) if isinstance(arg, Hash) else arg for arg in args]
        self.named = bool(args) and isinstance(args[-1], Hash) and args[-1].keywords
        self.size: Value = None
        self.buffer: list[Value] | None = None
        """All items, once `next` was asked for one; `at` counts those that were given."""
        self.at = 0

    def arguments(self) -> list[Value]:
        """As they were given: a call takes away the mark of keywords."""
        given = list(self.args)
        if self.named:
            given[-1] = Hash(given[-1].items(), keywords=True)
        return given


def enumerator(rt: Runtime, receiver: Value, name: str, *args: Value) -> Object:
    """What a method that was given no block answers."""
    return Object(rt.constant("Enumerator"), Source(receiver, name, args))


def packed(args: Sequence[Value]) -> Value:
    """What a block that takes one value sees of several."""
    return args[0] if len(args) == 1 else None if not args else Array(args)


def receiving(visit: Callable[..., Value]) -> Proc:
    """A block that is a Python function of the list of its arguments."""
    return Proc(lambda args, block=None, me=None: visit(args))


def walk(rt: Runtime, me: Value, visit: Visit) -> None:
    """Show each item to `visit`; several values that were yielded at once are an Array."""
    quick = quick_items(rt, me)
    if quick is not None:
        for item in quick:
            if visit(item) is ENOUGH:
                return
        return
    enough = Enough()

    def see(args: Sequence[Value]) -> Value:
        if visit(packed(args)) is ENOUGH:
            raise enough
        return None

    try:
        rt.send(me, "each", [], receiving(see))
    except Enough as reached:
        if reached is not enough:
            raise


def quick_items(rt: Runtime, me: Value) -> Iterator[Value] | None:
    """The items of what is no code of the file's, else None."""
    if isinstance(me, Array):
        return array_items(rt, me)
    if isinstance(me, Hash):
        return hash_items(rt, me)
    if isinstance(me, Range) and type(me.first) is int and (me.last is None or isinstance(me.last, int | float)):
        return numbers(rt, me)
    return None


def array_items(rt: Runtime, me: Array) -> Iterator[Value]:
    """While the array may change, as Ruby goes over it."""
    at = 0
    step = rt.bounds.step
    while at < len(me):
        step()
        yield me[at]
        at += 1


def hash_items(rt: Runtime, me: Hash) -> Iterator[Array]:
    for key, value in list(me.entries.values()):
        rt.bounds.step()
        yield Array((key, value))


def numbers(rt: Runtime, me: Range) -> Iterator[int]:
    number, last = me.first, me.last
    step = rt.bounds.step
    while last is None or number < last or (number == last and not me.exclusive):
        step()
        yield number
        number += 1


def items_of(rt: Runtime, me: Value) -> list[Any]:
    """All of them, at once."""
    if isinstance(me, Array):
        rt.bounds.step(len(me))
        return list(me)
    found: list[Value] = []

    def add(item: Value) -> None:
        if len(found) & (len(found) - 1) == 0:  # at each doubling
            rt.bounds.grow(len(found) * 16)
        found.append(item)

    walk(rt, me, add)
    return found
