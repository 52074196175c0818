"""Array changed in place: pushed, popped, filled, cut, and the forms with `!`."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.array import ITEM, lengthen, place_of, unique
from serai.loaders.vagrantfile.ruby.library.core.array_combine import flattened, rotated
from serai.loaders.vagrantfile.ruby.library.core.chance import generator_of, mixed
from serai.loaders.vagrantfile.ruby.library.core.convert import array, integer, small, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, changeable
from serai.loaders.vagrantfile.ruby.library.core.enumerable_order import by_key, order_of
from serai.loaders.vagrantfile.ruby.library.core.equality import same, sorted_by
from serai.loaders.vagrantfile.ruby.library.core.walk import array_items, enumerator
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Range, Value


def _grown(rt: Runtime, me: Array, more: int) -> None:
    changeable(rt, me)
    if more > 16 or len(me) & 1023 == 0:
        rt.bounds.grow((1024 + more) * ITEM)


@answers("Array", "<<")
def append(rt: Runtime, me: Array, block: Block, value: Value) -> Value:
    _grown(rt, me, 1)
    me.append(value)
    return me


@answers("Array", "push", "append")
def push(rt: Runtime, me: Array, block: Block, *values: Value) -> Value:
    _grown(rt, me, len(values))
    me.extend(values)
    return me


@answers("Array", "unshift", "prepend")
def unshift(rt: Runtime, me: Array, block: Block, *values: Value) -> Value:
    _grown(rt, me, len(values))
    rt.bounds.step(len(me) // 64)
    me[:0] = values
    return me


@answers("Array", "concat")
def concat(rt: Runtime, me: Array, block: Block, *others: Value) -> Value:
    added = [each for other in others for each in array(rt, other)]
    _grown(rt, me, len(added))
    me.extend(added)
    return me


@answers("Array", "insert")
def insert(rt: Runtime, me: Array, block: Block, at: Value, *values: Value) -> Value:
    changeable(rt, me)
    place = small(rt, at)
    if not values:
        return me
    start = place + len(me) + 1 if place < 0 else place
    if start < 0:
        raise rt.raised("IndexError", f"index {place} too small for array; minimum: -{len(me) + 1}")
    lengthen(rt, me, start)
    _grown(rt, me, len(values))
    me[start:start] = values
    return me


@answers("Array", "pop")
def pop(rt: Runtime, me: Array, block: Block, count: Value = GONE) -> Value:
    changeable(rt, me)
    if count is GONE:
        return me.pop() if me else None
    start = max(len(me) - _size(rt, count), 0)
    taken = Array(me[start:])
    del me[start:]
    return taken


@answers("Array", "shift")
def shift(rt: Runtime, me: Array, block: Block, count: Value = GONE) -> Value:
    changeable(rt, me)
    rt.bounds.step(len(me) // 64)
    if count is GONE:
        return me.pop(0) if me else None
    size = _size(rt, count)
    taken = Array(me[:size])
    del me[:size]
    return taken


def _size(rt: Runtime, count: Value) -> int:
    size = small(rt, count)
    if size < 0:
        raise rt.raised("ArgumentError", "negative array size")
    return size


@answers("Array", "delete")
def delete(rt: Runtime, me: Array, block: Block, wanted: Value) -> Value:
    rt.bounds.step(len(me))
    kept, found = [], GONE
    for each in list(me):
        if same(rt, each, wanted):
            found = each
        else:
            kept.append(each)
    if found is GONE:
        return None if block is None else rt.call(block, [wanted])
    changeable(rt, me)
    me[:] = kept
    return found


@answers("Array", "delete_at")
def delete_at(rt: Runtime, me: Array, block: Block, what: Value) -> Value:
    changeable(rt, me)
    at = integer(rt, what)
    return me.pop(at) if -len(me) <= at < len(me) else None


@answers("Array", "slice!")
def slice_out(rt: Runtime, me: Array, block: Block, what: Value, count: Value = GONE) -> Value:
    if count is GONE and not isinstance(what, Range):
        return delete_at(rt, me, block, what)
    changeable(rt, me)
    span = place_of(rt, me, what, count)
    if span is None:
        return None
    taken = Array(me[span[0] : span[0] + span[1]])
    del me[span[0] : span[0] + span[1]]
    return taken


@answers("Array", "clear")
def clear(rt: Runtime, me: Array, block: Block) -> Value:
    changeable(rt, me)
    me.clear()
    return me


@answers("Array", "replace", "initialize_copy")
def replace(rt: Runtime, me: Array, block: Block, other: Value) -> Value:
    changeable(rt, me)
    me[:] = array(rt, other)
    return me


@answers("Array", "fill")
def fill(rt: Runtime, me: Array, block: Block, *args: Value) -> Value:
    changeable(rt, me)
    given = list(args)
    value = None if block is not None or not given else given.pop(0)
    first = given[0] if given else None
    if isinstance(first, Range):
        start, count = place_of(rt, me, first, GONE) or (0, 0)
        if first.last is not None and integer(rt, first.last) >= 0:
            count = max(integer(rt, first.last) - start + (not first.exclusive), 0)
    else:
        start = 0 if first is None else integer(rt, first)
        start = max(start + len(me), 0) if start < 0 else start
        count = integer(rt, given[1]) if len(given) > 1 and given[1] is not None else max(len(me) - start, 0)
    lengthen(rt, me, start + count)
    for at in range(start, start + count):
        rt.bounds.step()
        me[at] = value if block is None else rt.call(block, [at])
    return me


@answers("Array", "map!", "collect!")
def map_(rt: Runtime, me: Array, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "map!")
    changeable(rt, me)
    for at, each in enumerate(array_items(rt, me)):
        me[at] = rt.call(block, [each])
    return me


def _keep(rt: Runtime, me: Array, block: Block, wanted: bool, name: str) -> Value:
    """Keep what the block says `wanted` of; an Enumerator without a block."""
    if block is None:
        return enumerator(rt, me, name)
    changeable(rt, me)
    me[:] = [each for each in array_items(rt, me) if truthy(rt.call(block, [each])) is wanted]
    return me


def _changed(me: Array, before: int) -> Value:
    return me if len(me) != before else None


@answers("Array", "select!", "filter!")
def select_(rt: Runtime, me: Array, block: Block) -> Value:
    before = len(me)
    kept = _keep(rt, me, block, True, "select!")
    return kept if kept is not me else _changed(me, before)


@answers("Array", "keep_if")
def keep_if(rt: Runtime, me: Array, block: Block) -> Value:
    return _keep(rt, me, block, True, "keep_if")


@answers("Array", "reject!")
def reject_(rt: Runtime, me: Array, block: Block) -> Value:
    before = len(me)
    kept = _keep(rt, me, block, False, "reject!")
    return kept if kept is not me else _changed(me, before)


@answers("Array", "delete_if")
def delete_if(rt: Runtime, me: Array, block: Block) -> Value:
    return _keep(rt, me, block, False, "delete_if")


@answers("Array", "compact!")
def compact_(rt: Runtime, me: Array, block: Block) -> Value:
    changeable(rt, me)
    before = len(me)
    me[:] = [each for each in me if each is not None]
    return _changed(me, before)


@answers("Array", "flatten!")
def flatten_(rt: Runtime, me: Array, block: Block, depth: Value = None) -> Value:
    changeable(rt, me)
    nested = any(isinstance(each, Array) for each in me)
    me[:] = flattened(rt, me, -1 if depth is None else integer(rt, depth))
    return me if nested else None


@answers("Array", "uniq!")
def uniq_(rt: Runtime, me: Array, block: Block) -> Value:
    changeable(rt, me)
    before = len(me)
    me[:] = unique(rt, me) if block is None else rt.send(me, "uniq", [], block)
    return _changed(me, before)


@answers("Array", "reverse!")
def reverse_(rt: Runtime, me: Array, block: Block) -> Value:
    changeable(rt, me)
    me.reverse()
    return me


@answers("Array", "rotate!")
def rotate_(rt: Runtime, me: Array, block: Block, count: Value = 1) -> Value:
    changeable(rt, me)
    me[:] = rotated(me, integer(rt, count))
    return me


@answers("Array", "sort!")
def sort_(rt: Runtime, me: Array, block: Block) -> Value:
    changeable(rt, me)
    me[:] = sorted_by(rt, me, None if block is None else order_of(rt, block))
    return me


@answers("Array", "sort_by!")
def sort_by_(rt: Runtime, me: Array, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "sort_by!")
    changeable(rt, me)
    me[:] = by_key(rt, list(me), block)
    return me


@answers("Array", "shuffle!")
def shuffle_(rt: Runtime, me: Array, block: Block, *args: Value) -> Value:
    changeable(rt, me)
    me[:] = mixed(generator_of(rt, args), me)
    return me
