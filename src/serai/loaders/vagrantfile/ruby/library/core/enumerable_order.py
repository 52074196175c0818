"""Enumerable in pieces and in order: slices, chunks, sorting, smallest and largest, `each_with_…`."""

from __future__ import annotations

from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.core.convert import small, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers
from serai.loaders.vagrantfile.ruby.library.core.equality import matches, ordered, same, sign, sorted_by
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator, items_of, walk
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Proc, Value

Order = Callable[[Value, Value], int]


@answers("Enumerable", "each_entry")
def each_entry(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_entry")
    walk(rt, me, lambda item: rt.call(block, [item]))
    return me


@answers("Enumerable", "compact")
def compact(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(item for item in items_of(rt, me) if item is not None)


@answers("Enumerable", "each_with_index")
def each_with_index(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_with_index")
    at = -1

    def see(item: Value) -> None:
        nonlocal at
        at += 1
        rt.call(block, [item, at])

    walk(rt, me, see)
    return me


@answers("Enumerable", "reverse_each")
def reverse_each(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "reverse_each")
    for item in reversed(items_of(rt, me)):
        rt.call(block, [item])
    return me


@answers("Enumerable", "each_with_object")
def each_with_object(rt: Runtime, me: Value, block: Block, memo: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "each_with_object", memo)
    walk(rt, me, lambda item: rt.call(block, [item, memo]))
    return memo


@answers("Enumerable", "each_slice")
def each_slice(rt: Runtime, me: Value, block: Block, size: Value) -> Value:
    wanted = small(rt, size)
    if wanted < 1:
        raise rt.raised("ArgumentError", "invalid slice size")
    if block is None:
        return enumerator(rt, me, "each_slice", size)
    piece = Array()

    def see(item: Value) -> None:
        nonlocal piece
        piece.append(item)
        if len(piece) == wanted:
            full, piece = piece, Array()
            rt.call(block, [full])

    walk(rt, me, see)
    if piece:
        rt.call(block, [piece])
    return me


@answers("Enumerable", "each_cons")
def each_cons(rt: Runtime, me: Value, block: Block, size: Value) -> Value:
    wanted = small(rt, size)
    if wanted < 1:
        raise rt.raised("ArgumentError", "invalid size")
    if block is None:
        return enumerator(rt, me, "each_cons", size)
    last: list[Value] = []

    def see(item: Value) -> None:
        last.append(item)
        del last[:-wanted]
        if len(last) == wanted:
            rt.bounds.step(wanted)
            rt.call(block, [Array(last)])

    walk(rt, me, see)
    return me


@answers("Enumerable", "slice_when")
def slice_when(rt: Runtime, me: Value, block: Block) -> Value:
    return _cut(rt, me, block, True)


@answers("Enumerable", "chunk_while")
def chunk_while(rt: Runtime, me: Value, block: Block) -> Value:
    return _cut(rt, me, block, False)


def _cut(rt: Runtime, me: Value, block: Block, at: bool) -> Value:
    """Pieces, cut where the block says `at` of two neighbours."""
    if block is None:
        raise rt.raised("ArgumentError", "tried to create Proc object without a block")
    pieces = Array()
    for item in items_of(rt, me):
        if pieces and truthy(rt.call(block, [pieces[-1][-1], item])) is not at:
            pieces[-1].append(item)
        else:
            pieces.append(Array([item]))
    return enumerator(rt, pieces, "each")


@answers("Enumerable", "slice_before")
def slice_before(rt: Runtime, me: Value, block: Block, pattern: Value = GONE) -> Value:
    pieces = Array()
    for item in items_of(rt, me):
        if not pieces or _says(rt, block, pattern, item):
            pieces.append(Array())
        pieces[-1].append(item)
    return enumerator(rt, pieces, "each")


@answers("Enumerable", "slice_after")
def slice_after(rt: Runtime, me: Value, block: Block, pattern: Value = GONE) -> Value:
    pieces, ended = Array(), True
    for item in items_of(rt, me):
        if ended:
            pieces.append(Array())
        pieces[-1].append(item)
        ended = _says(rt, block, pattern, item)
    return enumerator(rt, pieces, "each")


def _says(rt: Runtime, block: Block, pattern: Value, item: Value) -> bool:
    if pattern is not GONE:
        return matches(rt, pattern, item)
    if block is None:
        raise rt.raised("ArgumentError", "wrong number of arguments (given 0, expected 1)")
    return truthy(rt.call(block, [item]))


@answers("Enumerable", "chunk")
def chunk(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "chunk")
    pieces = Array()
    for item in items_of(rt, me):
        key = rt.call(block, [item])
        if pieces and same(rt, pieces[-1][0], key):
            pieces[-1][1].append(item)
        else:
            pieces.append(Array((key, Array([item]))))
    return enumerator(rt, pieces, "each")


@answers("Enumerable", "zip")
def zip_(rt: Runtime, me: Value, block: Block, *others: Value) -> Value:
    lists = [_zipped(rt, other) for other in others]
    rows = Array()
    for at, item in enumerate(items_of(rt, me)):
        rt.bounds.grow(8 * len(lists))
        rows.append(Array((item, *(other[at] if at < len(other) else None for other in lists))))
    if block is None:
        return rows
    for row in rows:
        rt.call(block, [row])
    return None


def _zipped(rt: Runtime, other: Value) -> list[Value]:
    if isinstance(other, Array):
        return other
    if not rt.responds(other, "each"):
        raise rt.raised("TypeError", f"wrong argument type {rt.class_of(other).name} (must respond to :each)")
    return items_of(rt, other)


@answers("Enumerable", "cycle")
def cycle(rt: Runtime, me: Value, block: Block, times: Value = None) -> Value:
    if block is None:
        return enumerator(rt, me, "cycle", *([] if times is None else [times]))
    items = items_of(rt, me)
    left = None if times is None else small(rt, times)
    while items and (left is None or left > 0):
        for item in items:
            rt.bounds.step()
            rt.call(block, [item])
        left = None if left is None else left - 1
    return None


def order_of(rt: Runtime, block: Proc) -> Order:
    """The order that a block of two says."""

    def order(one: Value, other: Value) -> int:
        answer = rt.call(block, [one, other])
        if answer is None:
            kinds = rt.class_of(one).name, rt.class_of(other).name
            raise rt.raised("ArgumentError", f"comparison of {kinds[0]} with {kinds[1]} failed")
        return sign(rt, answer)

    return order


@answers("Enumerable", "sort")
def sort(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(sorted_by(rt, items_of(rt, me), None if block is None else order_of(rt, block)))


@answers("Enumerable", "sort_by")
def sort_by(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "sort_by")
    return Array(by_key(rt, items_of(rt, me), block))


def by_key(rt: Runtime, items: list[Value], block: Proc) -> list[Value]:
    """The items in the order of what the block says of each."""
    keyed = [(rt.call(block, [item]), item) for item in items]
    keys = [key for key, _ in keyed]
    if all(type(key) is int for key in keys):
        return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]
    return [pair[1] for pair in sorted_by(rt, keyed, lambda one, other: ordered(rt, one[0], other[0]))]


def extreme(rt: Runtime, me: Value, block: Block, count: Value, direction: int) -> Value:
    """The smallest (direction 1) or largest (-1), or so many of them."""
    order: Order = order_of(rt, block) if block is not None else lambda one, other: ordered(rt, one, other)
    if count is None or count is GONE:
        return _first_in(rt, items_of(rt, me), lambda one, other: direction * order(one, other))
    found = sorted_by(rt, items_of(rt, me), lambda one, other: direction * order(one, other))
    return Array(found[: _how_many(rt, count)])


def _first_in(rt: Runtime, items: list[Value], order: Order) -> Value:
    best = GONE
    for item in items:
        if best is GONE or order(item, best) < 0:
            best = item
    return None if best is GONE else best


def _how_many(rt: Runtime, count: Value) -> int:
    wanted = small(rt, count)
    if wanted < 0:
        raise rt.raised("ArgumentError", f"negative size ({wanted})")
    return wanted


@answers("Enumerable", "min")
def min_(rt: Runtime, me: Value, block: Block, count: Value = GONE) -> Value:
    return extreme(rt, me, block, count, 1)


@answers("Enumerable", "max")
def max_(rt: Runtime, me: Value, block: Block, count: Value = GONE) -> Value:
    return extreme(rt, me, block, count, -1)


@answers("Enumerable", "minmax")
def minmax(rt: Runtime, me: Value, block: Block) -> Value:
    items = Array(items_of(rt, me))
    return Array((extreme(rt, items, block, GONE, 1), extreme(rt, items, block, GONE, -1)))


def extreme_by(rt: Runtime, me: Value, block: Proc, count: Value, direction: int) -> Value:
    keyed = [(rt.call(block, [item]), item) for item in items_of(rt, me)]

    def order(one: Value, other: Value) -> int:
        return direction * ordered(rt, one[0], other[0])

    if count is GONE:
        best = _first_in(rt, keyed, order)
        return None if best is None else best[1]
    return Array(item for _, item in sorted_by(rt, keyed, order)[: _how_many(rt, count)])


@answers("Enumerable", "min_by")
def min_by(rt: Runtime, me: Value, block: Block, count: Value = GONE) -> Value:
    return enumerator(rt, me, "min_by") if block is None else extreme_by(rt, me, block, count, 1)


@answers("Enumerable", "max_by")
def max_by(rt: Runtime, me: Value, block: Block, count: Value = GONE) -> Value:
    return enumerator(rt, me, "max_by") if block is None else extreme_by(rt, me, block, count, -1)


@answers("Enumerable", "minmax_by")
def minmax_by(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "minmax_by")
    items = Array(items_of(rt, me))
    return Array((extreme_by(rt, items, block, GONE, 1), extreme_by(rt, items, block, GONE, -1)))


@answers("Enumerable", "lazy")
def lazy(rt: Runtime, me: Value, block: Block) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.lazy import Stages, made

    return made(rt, Stages(lambda visit: walk(rt, me, visit)))
