"""Range: gone over, asked, stepped; of numbers, of texts, and without an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from serai.loaders.vagrantfile.ruby.library.core.array_combine import bisected
from serai.loaders.vagrantfile.ruby.library.core.convert import integer, is_number, small
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.core.equality import compare, eql, same
from serai.loaders.vagrantfile.ruby.library.core.numeric import steps
from serai.loaders.vagrantfile.ruby.library.core.succ import endless, upto
from serai.loaders.vagrantfile.ruby.library.core.walk import ENOUGH, enumerator, numbers, walk
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Range, Str, Sym, Value


@answers_itself("Range", "new")
def new(rt: Runtime, me: Value, block: Block, first: Value, last: Value, exclusive: Value = False) -> Value:
    if first is not None and last is not None and compare(rt, first, last) is None:
        raise rt.raised("ArgumentError", "bad value for range")
    return Range(first, last, exclusive not in (None, False))


def items(rt: Runtime, me: Range) -> Iterator[Value]:
    """What is in it, one after the other."""
    first, last = me.first, me.last
    if type(first) is int and (last is None or is_number(last)):
        return numbers(rt, me)
    if isinstance(first, Str):
        texts = endless(rt, first.s) if last is None else upto(rt, first.s, last.s, me.exclusive)
        return (Str(told) for told in texts)
    if isinstance(first, Sym):
        return (Sym(told) for told in upto(rt, str(first), str(last), me.exclusive))
    if not rt.responds(first, "succ"):
        raise rt.raised("TypeError", f"can't iterate from {rt.class_of(first).name}")
    return _successors(rt, me)


def _successors(rt: Runtime, me: Range) -> Iterator[Value]:
    value = me.first
    while True:
        order = -1 if me.last is None else compare(rt, value, me.last)
        if order is None or order > 0 or (order == 0 and me.exclusive):
            return
        rt.bounds.step()
        yield value
        if order == 0:
            return
        value = rt.send(value, "succ", [])


@answers("Range", "each")
def each(rt: Runtime, me: Range, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each")
    for value in items(rt, me):
        rt.call(block, [value])
    return me


@answers("Range", "reverse_each")
def reverse_each(rt: Runtime, me: Range, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "reverse_each")
    if type(me.first) is int and type(me.last) is int:
        for value in range(me.last - me.exclusive, me.first - 1, -1):
            rt.bounds.step()
            rt.call(block, [value])
        return me
    for value in reversed(to_a(rt, me, None)):
        rt.call(block, [value])
    return me


@answers("Range", "to_a", "entries")
def to_a(rt: Runtime, me: Range, block: Block) -> Value:
    if me.last is None:
        raise rt.raised("RangeError", "cannot convert endless range to an array")
    if type(me.first) is int and type(me.last) is int:
        rt.bounds.grow(max(me.last - me.first, 0) * 8)
        rt.bounds.step(max(me.last - me.first, 0) // 16)
        return Array(range(me.first, me.last + (not me.exclusive)))
    return Array(items(rt, me))


@answers("Range", "first")
def first(rt: Runtime, me: Range, block: Block, count: Value = GONE) -> Value:
    if me.first is None:
        raise rt.raised("RangeError", "cannot get the first element of beginless range")
    if count is GONE:
        return me.first
    wanted = small(rt, count)
    if wanted < 0:
        raise rt.raised("ArgumentError", "negative array size (or size too big)")
    found = Array()

    def see(value: Value) -> object:
        found.append(value)
        return ENOUGH if len(found) >= wanted else None

    if wanted:
        walk(rt, me, see)
    return found


@answers("Range", "last")
def last(rt: Runtime, me: Range, block: Block, count: Value = GONE) -> Value:
    if me.last is None:
        raise rt.raised("RangeError", "cannot get the last element of endless range")
    if count is GONE:
        return me.last
    return rt.send(to_a(rt, me, None), "last", [count])


@answers("Range", "begin")
def begin(rt: Runtime, me: Range, block: Block) -> Value:
    return me.first


@answers("Range", "end")
def end(rt: Runtime, me: Range, block: Block) -> Value:
    return me.last


@answers("Range", "exclude_end?")
def exclude_end(rt: Runtime, me: Range, block: Block) -> Value:
    return me.exclusive


def _empty(rt: Runtime, me: Range) -> bool:
    order = compare(rt, me.first, me.last)
    return order is None or order > 0 or (order == 0 and me.exclusive)


@answers("Range", "min")
def min_(rt: Runtime, me: Range, block: Block, *count: Value) -> Value:
    if me.first is None:
        raise rt.raised("RangeError", "cannot get the minimum of beginless range")
    if block is None and not count:
        return me.first if me.last is None or not _empty(rt, me) else None
    if me.last is None:
        raise rt.raised("RangeError", "cannot get the minimum of endless range with custom comparison method")
    return rt.send(to_a(rt, me, None), "min", list(count), block)


@answers("Range", "max")
def max_(rt: Runtime, me: Range, block: Block, *count: Value) -> Value:
    if me.last is None:
        raise rt.raised("RangeError", "cannot get the maximum of endless range")
    if block is None and not count and is_number(me.last):
        if me.first is not None and _empty(rt, me):
            return None
        if not me.exclusive:
            return me.last
        if type(me.last) is not int or (me.first is not None and type(me.first) is not int):
            raise rt.raised("TypeError", "cannot exclude non Integer end value")
        return me.last - 1
    if block is None and not count and not me.exclusive:
        return None if _empty(rt, me) else me.last
    return rt.send(to_a(rt, me, None), "max", list(count), block)


@answers("Range", "minmax")
def minmax(rt: Runtime, me: Range, block: Block) -> Value:
    return Array((min_(rt, me, block), max_(rt, me, block)))


@answers("Range", "size")
def size(rt: Runtime, me: Range, block: Block) -> Value:
    if not is_number(me.first):
        return float("inf") if me.first is None and is_number(me.last) else None
    if me.last is None:
        return float("inf")
    if not is_number(me.last):
        return None
    if me.last in (float("inf"), float("-inf")):
        return me.last if me.last > 0 else 0
    return max(int((me.last - me.first) // 1) + (not (me.exclusive and (me.last - me.first) % 1 == 0)), 0)


@answers("Range", "count")
def count(rt: Runtime, me: Range, block: Block, wanted: Value = GONE) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.enumerable import count as count_all

    if block is None and wanted is GONE:
        if me.last is None or me.first is None:
            return float("inf")
        if type(me.first) is int and type(me.last) is int:
            return size(rt, me, block)
    return count_all(rt, me, block, wanted)


@answers("Range", "sum")
def sum_(rt: Runtime, me: Range, block: Block, start: Value = 0) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.enumerable import sum_ as sum_of_all

    if block is None and all(type(value) is int for value in (me.first, me.last, start)):
        top = me.last - me.exclusive
        return start + ((top - me.first + 1) * (top + me.first) // 2 if top >= me.first else 0)
    return sum_of_all(rt, me, block, start)


def covers(rt: Runtime, me: Range, value: Value) -> bool:
    """Whether a value is between the ends."""
    if me.first is not None:
        order = compare(rt, me.first, value)
        if order is None or order > 0:
            return False
    if me.last is None:
        return True
    order = compare(rt, value, me.last)
    return order is not None and (order < 0 or (order == 0 and not me.exclusive))


@answers("Range", "===")
def case(rt: Runtime, me: Range, block: Block, value: Value) -> Value:
    return covers(rt, me, value)


@answers("Range", "include?", "member?")
def include(rt: Runtime, me: Range, block: Block, value: Value) -> Value:
    if isinstance(me.first, Str) and isinstance(me.last, Str):
        if not isinstance(value, Str):
            return False
        return any(told == value.s for told in upto(rt, me.first.s, me.last.s, me.exclusive))
    if isinstance(me.first, Str) or isinstance(me.last, Str):
        raise rt.raised("TypeError", "cannot determine inclusion in beginless/endless ranges")
    return covers(rt, me, value)


@answers("Range", "cover?")
def cover(rt: Runtime, me: Range, block: Block, value: Value) -> Value:
    if not isinstance(value, Range):
        return covers(rt, me, value)
    if value.first is None or value.last is None or _empty(rt, value):
        return False
    if not covers(rt, me, value.first):
        return False
    order = -1 if me.last is None else compare(rt, value.last, me.last)
    if order is None or order < 0:
        return order is not None
    if order == 0:
        return not me.exclusive or value.exclusive
    return type(value.last) is int and value.exclusive and covers(rt, me, value.last - 1)


@answers("Range", "%")
def percent(rt: Runtime, me: Range, block: Block, by: Value) -> Value:
    return enumerator(rt, me, "%", by) if block is None else step(rt, me, block, by)


@answers("Range", "step")
def step(rt: Runtime, me: Range, block: Block, by: Value = 1) -> Value:
    if is_number(by) and by == 0:
        raise rt.raised("ArgumentError", "step can't be 0")
    if is_number(by) and by < 0 and block is not None:
        raise rt.raised("ArgumentError", "step can't be negative")
    if block is None:
        return enumerator(rt, me, "step", by)
    for value in _stepped(rt, me, by):
        rt.call(block, [value])
    return me


def _stepped(rt: Runtime, me: Range, by: Value) -> Iterable[Value]:
    if is_number(me.first) and (me.last is None or is_number(me.last)):
        if not is_number(by):
            by = integer(rt, by)
        return steps(rt, me.first, me.last, by, exclusive=me.exclusive)
    every = integer(rt, by)
    return (value for at, value in enumerate(items(rt, me)) if at % every == 0)


@answers("Range", "bsearch")
def bsearch(rt: Runtime, me: Range, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "bsearch")
    if type(me.first) is not int or type(me.last) is not int:
        raise rt.refused("bsearch in a range without Integers at its ends", "search in an Array")
    return bisected(rt, me.first, me.last + (not me.exclusive), lambda value: rt.call(block, [value]))


@answers("Range", "==")
def equals(rt: Runtime, me: Range, block: Block, other: Value) -> Value:
    return same(rt, me, other)


@answers("Range", "eql?")
def is_eql(rt: Runtime, me: Range, block: Block, other: Value) -> Value:
    return isinstance(other, Range) and me.exclusive == other.exclusive and (
        eql(me.first, other.first) and eql(me.last, other.last)
    )  # fmt: skip
