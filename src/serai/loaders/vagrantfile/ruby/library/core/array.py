"""Array: made, asked, indexed, put together."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import array, bounds_of, integer, small, text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import (
    GONE,
    Block,
    answers,
    answers_itself,
    changeable,
    need,
)
from serai.loaders.vagrantfile.ruby.library.core.equality import compare, eql, place, same
from serai.loaders.vagrantfile.ruby.library.core.walk import array_items, enumerator
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Range, Str, Value

ITEM = 8
"""Bytes that an item counts for."""


@answers_itself("Array", "new")
def new(rt: Runtime, me: Value, block: Block, size: Value = GONE, filling: Value = None) -> Value:
    if size is GONE:
        return Array()
    if isinstance(size, Array) and filling is None:
        return Array(size)
    count = small(rt, size)
    if count < 0:
        raise rt.raised("ArgumentError", "negative array size")
    rt.bounds.grow(count * ITEM)
    if block is None:
        return Array([filling] * count)
    found = Array()
    for at in range(count):
        rt.bounds.step()
        found.append(rt.call(block, [at]))
    return found


@answers_itself("Array", "[]")
def of(rt: Runtime, me: Value, block: Block, *items: Value) -> Value:
    return Array(items)


@answers_itself("Array", "try_convert")
def try_convert(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value if isinstance(value, Array) else None


@answers("Array", "to_a", "entries", "to_ary", "deconstruct")
def to_a(rt: Runtime, me: Array, block: Block) -> Value:
    return me


@answers("Array", "each")
def each(rt: Runtime, me: Array, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each")
    for item in array_items(rt, me):
        rt.call(block, [item])
    return me


@answers("Array", "each_index")
def each_index(rt: Runtime, me: Array, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_index")
    for at, _ in enumerate(array_items(rt, me)):
        rt.call(block, [at])
    return me


@answers("Array", "length", "size")
def length(rt: Runtime, me: Array, block: Block) -> Value:
    return len(me)


@answers("Array", "empty?")
def empty(rt: Runtime, me: Array, block: Block) -> Value:
    return not me


@answers("Array", "[]", "slice")
def item(rt: Runtime, me: Array, block: Block, what: Value, count: Value = GONE) -> Value:
    if type(what) is int and count is GONE:
        return me[what] if -len(me) <= what < len(me) else None
    if count is GONE and not isinstance(what, Range):
        return item(rt, me, block, _index(rt, what))
    span = place_of(rt, me, what, count)
    return None if span is None else Array(me[span[0] : span[0] + span[1]])


def _index(rt: Runtime, what: Value) -> int:
    if isinstance(what, Object) and rt.class_of(what).name == "Enumerator::ArithmeticSequence":
        raise rt.refused("an Array indexed by a stepped range", "select the places by a block")
    return integer(rt, what)


def place_of(rt: Runtime, me: Array, what: Value, count: Value) -> tuple[int, int] | None:
    """Start and length of a range, or of a place and a count; None outside."""
    if isinstance(what, Range):
        return bounds_of(rt, what, len(me))
    start, wanted = integer(rt, what), integer(rt, count)
    start += len(me) if start < 0 else 0
    return (start, min(wanted, len(me) - start)) if wanted >= 0 and 0 <= start <= len(me) else None


@answers("Array", "[]=")
def set_item(rt: Runtime, me: Array, block: Block, what: Value, *rest: Value) -> Value:
    need(rt, (what, *rest), 2, 3)
    changeable(rt, me)
    value = rest[-1]
    if len(rest) == 1 and not isinstance(what, Range):
        at = integer(rt, what)
        start = at + len(me) if at < 0 else at
        if start < 0:
            raise rt.raised("IndexError", f"index {at} too small for array; minimum: -{len(me)}")
        lengthen(rt, me, start + 1)
        me[start] = value
        return value
    start, count = _changed_place(rt, me, what, rest[0] if len(rest) == 2 else GONE)
    lengthen(rt, me, start)
    added = value if isinstance(value, Array) else [value]
    rt.bounds.grow(len(added) * ITEM)
    me[start : start + count] = added
    return value


def _changed_place(rt: Runtime, me: Array, what: Value, count: Value) -> tuple[int, int]:
    if isinstance(what, Range):
        first = 0 if what.first is None else integer(rt, what.first)
        last = -1 if what.last is None else integer(rt, what.last)
        if first < -len(me):
            raise rt.raised("RangeError", f"{rt.inspect(what)} out of range")
        first += len(me) if first < 0 else 0
        last += len(me) if last < 0 else 0
        return first, max(last - first + (not what.exclusive or what.last is None), 0)
    start, wanted = integer(rt, what), integer(rt, count)
    if wanted < 0:
        raise rt.raised("IndexError", f"negative length ({wanted})")
    if start < -len(me):
        raise rt.raised("IndexError", f"index {start} too small for array; minimum: -{len(me)}")
    return start + (len(me) if start < 0 else 0), wanted


def lengthen(rt: Runtime, me: Array, size: int) -> None:
    """Fill up with nil, as writing behind the end does."""
    if size > len(me):
        rt.bounds.grow((size - len(me)) * ITEM)
        me.extend([None] * (size - len(me)))


@answers("Array", "at")
def at_(rt: Runtime, me: Array, block: Block, what: Value) -> Value:
    at = integer(rt, what)
    return me[at] if -len(me) <= at < len(me) else None


@answers("Array", "dig")
def dig(rt: Runtime, me: Array, block: Block, what: Value, *rest: Value) -> Value:
    return dug(rt, at_(rt, me, None, what), rest)


def dug(rt: Runtime, value: Value, rest: tuple[Value, ...]) -> Value:
    """Further down."""
    if value is None or not rest:
        return value
    if not rt.responds(value, "dig"):
        raise rt.raised("TypeError", f"{rt.class_of(value).name} does not have #dig method")
    return rt.send(value, "dig", list(rest))


@answers("Array", "fetch")
def fetch(rt: Runtime, me: Array, block: Block, what: Value, default: Value = GONE) -> Value:
    at = integer(rt, what)
    if -len(me) <= at < len(me):
        return me[at]
    if block is not None:
        return rt.call(block, [what])
    if default is not GONE:
        return default
    raise rt.raised("IndexError", f"index {at} outside of array bounds: {-len(me)}...{len(me)}")


@answers("Array", "values_at")
def values_at(rt: Runtime, me: Array, block: Block, *places: Value) -> Value:
    found = Array()
    for what in places:
        if not isinstance(what, Range):
            found.append(at_(rt, me, None, what))
            continue
        span = bounds_of(rt, what, len(me))
        if span is not None:
            last = span[1] if what.last is None or integer(rt, what.last) < 0 else (
                integer(rt, what.last) - span[0] + (not what.exclusive)
            )  # fmt: skip
            rt.bounds.grow(last * ITEM)
            found.extend(me[at] if at < len(me) else None for at in range(span[0], span[0] + last))
    return found


@answers("Array", "first")
def first(rt: Runtime, me: Array, block: Block, count: Value = GONE) -> Value:
    if count is GONE:
        return me[0] if me else None
    return Array(me[: _size(rt, count)])


@answers("Array", "last")
def last(rt: Runtime, me: Array, block: Block, count: Value = GONE) -> Value:
    if count is GONE:
        return me[-1] if me else None
    return Array(me[max(len(me) - _size(rt, count), 0) :])


def _size(rt: Runtime, count: Value) -> int:
    wanted = small(rt, count)
    if wanted < 0:
        raise rt.raised("ArgumentError", "negative array size")
    return wanted


@answers("Array", "==")
def equals(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return same(rt, me, other)


@answers("Array", "eql?")
def is_eql(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return isinstance(other, Array) and eql(me, other)


@answers("Array", "<=>")
def spaceship(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return compare(rt, me, other) if isinstance(other, Array) else None


@answers("Array", "+")
def plus(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    added = array(rt, other)
    rt.bounds.grow((len(me) + len(added)) * ITEM)
    return Array([*me, *added])


@answers("Array", "*")
def times(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    if isinstance(other, Str):
        return join(rt, me, block, other)
    count = small(rt, other)
    if count < 0:
        raise rt.raised("ArgumentError", "negative argument")
    rt.bounds.grow(len(me) * count * ITEM)
    return Array(list(me) * count)


def _keys(rt: Runtime, items: Array) -> set[Value]:
    rt.bounds.step(len(items))
    return {place(each) for each in items}


@answers("Array", "-")
def minus(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return difference(rt, me, block, other)


@answers("Array", "difference")
def difference(rt: Runtime, me: Array, block: Block, *others: Value) -> Value:
    known: set[Value] = set().union(*(_keys(rt, array(rt, other)) for other in others))
    rt.bounds.step(len(me))
    return Array(each for each in me if place(each) not in known)


@answers("Array", "&")
def both(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return intersection(rt, me, block, other)


@answers("Array", "intersection")
def intersection(rt: Runtime, me: Array, block: Block, *others: Value) -> Value:
    known = [_keys(rt, array(rt, other)) for other in others]
    return unique(rt, Array(each for each in me if all(place(each) in keys for keys in known)))


@answers("Array", "intersect?")
def intersects(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return not _keys(rt, me).isdisjoint(_keys(rt, array(rt, other)))


@answers("Array", "|")
def either(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    return union(rt, me, block, other)


@answers("Array", "union")
def union(rt: Runtime, me: Array, block: Block, *others: Value) -> Value:
    return unique(rt, Array([*me, *(each for other in others for each in array(rt, other))]))


def unique(rt: Runtime, items: Array) -> Array:
    """Each once, by the first of its kind."""
    rt.bounds.step(len(items))
    found: dict[Value, Value] = {}
    for each in items:
        found.setdefault(place(each), each)
    return Array(found.values())


@answers("Array", "join")
def join(rt: Runtime, me: Array, block: Block, between: Value = None) -> Value:
    told = "" if between is None else text(rt, between)
    return Str(told.join(_texts(rt, me, told, (id(me),))))


def _texts(rt: Runtime, items: Array, between: str, inside: tuple[int, ...]) -> list[str]:
    found: list[str] = []
    size = 0
    rt.bounds.step(len(items))
    for each in items:
        if isinstance(each, Array):
            if id(each) in inside:
                raise rt.raised("ArgumentError", "recursive array join")
            if each:
                found.append(between.join(_texts(rt, each, between, (*inside, id(each)))))
            else:
                found.append("")
        else:
            found.append(each.s if isinstance(each, Str) else rt.to_s(each))
        size += len(found[-1]) + len(between)
    rt.bounds.grow(size)
    return found


@answers("Array", "include?", "member?")
def include(rt: Runtime, me: Array, block: Block, wanted: Value) -> Value:
    rt.bounds.step(1 + len(me) // 16)
    return any(same(rt, each, wanted) for each in list(me))


@answers("Array", "index", "find_index")
def index(rt: Runtime, me: Array, block: Block, wanted: Value = GONE) -> Value:
    if wanted is GONE and block is None:
        return enumerator(rt, me, "index")
    for at, each in enumerate(array_items(rt, me)):
        if same(rt, each, wanted) if wanted is not GONE else truthy(rt.call(block, [each])):  # type: ignore[arg-type]
            return at
    return None


@answers("Array", "rindex")
def rindex(rt: Runtime, me: Array, block: Block, wanted: Value = GONE) -> Value:
    if wanted is GONE and block is None:
        return enumerator(rt, me, "rindex")
    for at in range(len(me) - 1, -1, -1):
        rt.bounds.step()
        each = me[at]
        if same(rt, each, wanted) if wanted is not GONE else truthy(rt.call(block, [each])):  # type: ignore[arg-type]
            return at
    return None


@answers("Array", "hash")
def hash_(rt: Runtime, me: Array, block: Block) -> Value:
    return hash(place(me))
