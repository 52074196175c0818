"""Set: `data` holds the members by what a Hash would find them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, changeable
from serai.loaders.vagrantfile.ruby.library.core.equality import sorted_by
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator, items_of
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Proc, Range, Str, Value, key_of

declare("Set", "Object", "Enumerable")
declare("SortedSet", "Set")


class Members(dict[Any, Value]):
    """What a set has, by `place`."""


def is_set(value: Value) -> bool:
    """Whether it is a Set, or of a class below it: only those hold a Members."""
    return isinstance(value, Object) and isinstance(value.data, Members)


def members(items: Iterable[Value]) -> Members:
    return Members((place(item), item) for item in items)


def place(value: Value) -> Any:
    """Two sets with the same members are one member."""
    return (Object, frozenset(value.data)) if is_set(value) else key_of(value)


def made(rt: Runtime, like: Value, found: dict[Any, Value]) -> Object:
    """A set of the class that `like` has."""
    rt.bounds.grow(len(found) * 16)
    return Object(like.kind if isinstance(like, Object) else rt.constant("Set"), Members(found))


def taken(rt: Runtime, value: Value) -> list[Value]:
    """The items of what a set is made of, or joined with."""
    if is_set(value):
        return list(value.data.values())
    if isinstance(value, Array | Hash | Range) or rt.responds(value, "each"):
        return items_of(rt, value)
    raise rt.raised("ArgumentError", "value must be enumerable")


def compared(rt: Runtime, value: Value) -> Members:
    if not is_set(value):
        raise rt.raised("ArgumentError", "value must be a set")
    found: Members = value.data
    return found


@answers_itself("Set", "new")
def new(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    created = Object(me, Members())
    rt.send(created, "initialize", list(args), block)
    return created


@answers("Set", "initialize")
def initialize(rt: Runtime, me: Value, block: Block, items: Value = None) -> Value:
    found = [] if items is None else taken(rt, items)
    me.data = members(found if block is None else [rt.call(block, [item]) for item in found])
    return None


@answers_itself("Set", "[]")
def brackets(rt: Runtime, me: Value, block: Block, *items: Value) -> Value:
    return Object(me, members(items))


@answers("Array", "to_set")
@answers("Hash", "to_set")
@answers("Range", "to_set")
@answers("Enumerable", "to_set")
def to_set(rt: Runtime, me: Value, block: Block) -> Value:
    found = taken(rt, me)
    return Object(
        rt.constant("Set"), members(found if block is None else [rt.call(block, [one]) for one in found])
    )


@answers("Set", "each")
def each(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each")
    for item in list(me.data.values()):
        rt.bounds.step()
        rt.call(block, [item])
    return me


@answers("Set", "to_a")
def to_a(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(me.data.values())


@answers("SortedSet", "to_a")
def sorted_items(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(sorted_by(rt, me.data.values()))


@answers("SortedSet", "each")
def sorted_each(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(sorted_items(rt, me, None), "each", [], block)


@answers("Set", "size", "length")
def size(rt: Runtime, me: Value, block: Block) -> Value:
    return len(me.data)


@answers("Set", "empty?")
def is_empty(rt: Runtime, me: Value, block: Block) -> Value:
    return not me.data


@answers("Set", "include?", "member?", "===", "contain?")
def includes(rt: Runtime, me: Value, block: Block, item: Value) -> Value:
    return place(item) in me.data


@answers("Set", "add", "<<")
def add(rt: Runtime, me: Value, block: Block, item: Value) -> Value:
    changeable(rt, me)
    rt.bounds.grow(16)
    me.data.setdefault(place(item), item)
    return me


@answers("Set", "add?")
def add_if_new(rt: Runtime, me: Value, block: Block, item: Value) -> Value:
    return None if place(item) in me.data else add(rt, me, block, item)


@answers("Set", "delete")
def delete(rt: Runtime, me: Value, block: Block, item: Value) -> Value:
    changeable(rt, me)
    me.data.pop(place(item), None)
    return me


@answers("Set", "delete?")
def delete_if_there(rt: Runtime, me: Value, block: Block, item: Value) -> Value:
    return delete(rt, me, block, item) if place(item) in me.data else None


@answers("Set", "clear")
def clear(rt: Runtime, me: Value, block: Block) -> Value:
    changeable(rt, me)
    me.data = Members()
    return me


@answers("Set", "merge")
def merge(rt: Runtime, me: Value, block: Block, *others: Value) -> Value:
    changeable(rt, me)
    for other in others:
        for item in taken(rt, other):
            me.data.setdefault(place(item), item)
    rt.bounds.grow(len(me.data) * 16)
    return me


@answers("Set", "subtract")
def subtract(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    for item in taken(rt, other):
        delete(rt, me, block, item)
    return me


@answers("Set", "replace")
def replace(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    changeable(rt, me)
    me.data = members(taken(rt, other))
    return me


@answers("Set", "|", "+", "union")
def union(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    found = dict(me.data)
    for item in taken(rt, other):
        found.setdefault(place(item), item)
    return made(rt, me, found)


@answers("Set", "&", "intersection")
def intersection(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    others = members(taken(rt, other))
    if is_set(other) and len(others) > len(me.data):
        return made(rt, me, {key: item for key, item in me.data.items() if key in others})
    return made(rt, me, {key: item for key, item in others.items() if key in me.data})


@answers("Set", "-", "difference")
def difference(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    gone = members(taken(rt, other))
    return made(rt, me, {key: item for key, item in me.data.items() if key not in gone})


@answers("Set", "^")
def either(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    others = members(taken(rt, other))
    found = {key: item for key, item in others.items() if key not in me.data}
    return made(rt, me, {**found, **{key: item for key, item in me.data.items() if key not in others}})


def _enter_order(names: tuple[str, ...], holds: Callable[[Members, Members], bool]) -> None:
    @answers("Set", *names)
    def asked(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
        return holds(me.data, compared(rt, other))


_enter_order(("subset?", "<="), lambda one, other: one.keys() <= other.keys())
_enter_order(("superset?", ">="), lambda one, other: one.keys() >= other.keys())
_enter_order(("proper_subset?", "<"), lambda one, other: one.keys() < other.keys())
_enter_order(("proper_superset?", ">"), lambda one, other: one.keys() > other.keys())
_enter_order(("intersect?",), lambda one, other: bool(one.keys() & other.keys()))
_enter_order(("disjoint?",), lambda one, other: not one.keys() & other.keys())


@answers("Set", "<=>")
def order(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not is_set(other):
        return None
    one, two = me.data.keys(), other.data.keys()
    return 0 if one == two else -1 if one < two else 1 if one > two else None


@answers("Set", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return is_set(other) and me.data.keys() == other.data.keys()


@answers("Set", "eql?")
def eql(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return equal(rt, me, block, other)


@answers("Set", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(frozenset(me.data))


def _kept(rt: Runtime, me: Value, block: Proc, wanted: bool) -> Members:
    chosen = [item for item in list(me.data.values()) if truthy(rt.call(block, [item])) is wanted]
    return members(chosen)


def _enter_change(names: tuple[str, ...], wanted: bool, tells: bool) -> None:
    @answers("Set", *names)
    def changed(rt: Runtime, me: Value, block: Block) -> Value:
        if block is None:
            return enumerator(rt, me, names[0])
        changeable(rt, me)
        before = len(me.data)
        me.data = _kept(rt, me, block, wanted)
        return None if tells and len(me.data) == before else me


_enter_change(("select!", "filter!"), True, True)
_enter_change(("keep_if",), True, False)
_enter_change(("reject!",), False, True)
_enter_change(("delete_if",), False, False)


@answers("Set", "partition")
def partition(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(to_a(rt, me, None), "partition", [], block)


@answers("Set", "map!", "collect!")
def map_in_place(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "map!")
    changeable(rt, me)
    me.data = members([rt.call(block, [item]) for item in list(me.data.values())])
    return me


@answers("Set", "classify")
def classify(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "classify")
    found = Hash()
    for item in list(me.data.values()):
        key = rt.call(block, [item])
        if key not in found:
            found[key] = Object(me.kind, Members())
        found[key].data[place(item)] = item
    return found


@answers("Set", "group_by")
def group_by(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(to_a(rt, me, None), "group_by", [], block)


@answers("Set", "flatten")
def flatten(rt: Runtime, me: Value, block: Block) -> Value:
    found: dict[Any, Value] = {}
    for item in me.data.values():
        found.update(flatten(rt, item, block).data if is_set(item) else {place(item): item})
    return made(rt, me, found)


@answers("Set", "first")
def first(rt: Runtime, me: Value, block: Block, *count: Value) -> Value:
    return rt.send(to_a(rt, me, None), "first", list(count))


@answers("Set", "join")
def join(rt: Runtime, me: Value, block: Block, *separator: Value) -> Value:
    return rt.send(to_a(rt, me, None), "join", list(separator))


@answers("Set", "to_set")
def itself(rt: Runtime, me: Value, block: Block) -> Value:
    return me


@answers("Set", "dup", "clone")
def dup(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return made(rt, me, dict(me.data))


@answers("Set", "inspect", "to_s")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    said = ", ".join(rt.inspect(item) for item in me.data.values())
    return Str(f"#<{me.kind.name}: {{{said}}}>")
