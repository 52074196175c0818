"""Array in other shapes: reversed, flattened, turned, combined, cut."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable

from serai.loaders.vagrantfile.ruby.library.core.array import ITEM
from serai.loaders.vagrantfile.ruby.library.core.convert import array, integer, small
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, kind_name
from serai.loaders.vagrantfile.ruby.library.core.equality import same
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Value

DEEPEST = 500
"""Arrays inside each other that `flatten` goes down; Ruby has no limit, but such a file is no person's."""


@answers("Array", "reverse")
def reverse(rt: Runtime, me: Array, block: Block) -> Value:
    return Array(me[::-1])


@answers("Array", "rotate")
def rotate(rt: Runtime, me: Array, block: Block, count: Value = 1) -> Value:
    return Array(rotated(me, integer(rt, count)))


def rotated(items: Array, count: int) -> list[Value]:
    at = count % len(items) if items else 0
    return items[at:] + items[:at]


@answers("Array", "compact")
def compact(rt: Runtime, me: Array, block: Block) -> Value:
    return Array(each for each in me if each is not None)


@answers("Array", "flatten")
def flatten(rt: Runtime, me: Array, block: Block, depth: Value = None) -> Value:
    return Array(flattened(rt, me, -1 if depth is None else integer(rt, depth)))


def flattened(rt: Runtime, items: Array, depth: int, inside: tuple[int, ...] = ()) -> list[Value]:
    """Without the arrays inside, to a depth, or (-1) all of them."""
    if id(items) in inside:
        raise rt.raised("ArgumentError", "tried to flatten recursive array")
    if len(inside) > DEEPEST:
        raise rt.refused(f"arrays more than {DEEPEST} deep", "flatten less deep ones")
    rt.bounds.step(len(items))
    found: list[Value] = []
    for each in items:
        if isinstance(each, Array) and depth != 0:
            found += flattened(rt, each, depth - 1, (*inside, id(items)))
        else:
            found.append(each)
    rt.bounds.grow(len(found) * ITEM)
    return found


@answers("Array", "transpose")
def transpose(rt: Runtime, me: Array, block: Block) -> Value:
    rows = [array(rt, row) for row in me]
    for row in rows:
        if len(row) != len(rows[0]):
            raise rt.raised("IndexError", f"element size differs ({len(row)} should be {len(rows[0])})")
    return Array(Array(column) for column in zip(*rows, strict=True))


@answers("Array", "assoc")
def assoc(rt: Runtime, me: Array, block: Block, key: Value) -> Value:
    return next((row for row in list(me) if isinstance(row, Array) and row and same(rt, row[0], key)), None)


@answers("Array", "rassoc")
def rassoc(rt: Runtime, me: Array, block: Block, value: Value) -> Value:
    return next(
        (row for row in list(me) if isinstance(row, Array) and len(row) > 1 and same(rt, row[1], value)), None
    )


@answers("Array", "take")
def take(rt: Runtime, me: Array, block: Block, count: Value) -> Value:
    wanted = small(rt, count)
    if wanted < 0:
        raise rt.raised("ArgumentError", "attempt to take negative size")
    return Array(me[:wanted])


@answers("Array", "bsearch")
def bsearch(rt: Runtime, me: Array, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "bsearch")
    at = bisected(rt, 0, len(me), lambda place: rt.call(block, [me[place]]))
    return None if at is None else me[at]


@answers("Array", "bsearch_index")
def bsearch_index(rt: Runtime, me: Array, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "bsearch_index")
    return bisected(rt, 0, len(me), lambda place: rt.call(block, [me[place]]))


def bisected(rt: Runtime, low: int, high: int, ask: Callable[[int], Value]) -> int | None:
    """The first place that says true, or one that says 0; a number tells the direction."""
    found = None
    while low < high:
        rt.bounds.step()
        middle = (low + high) // 2
        answer = ask(middle)
        if answer is True or (answer == 0 and not isinstance(answer, bool) and answer is not None):
            found, high = middle, middle
            if answer is not True:
                return found
        elif answer is None or answer is False:
            low = middle + 1
        elif isinstance(answer, int | float):
            low, high = (low, middle) if answer < 0 else (middle + 1, high)
        else:
            told = kind_name(rt, answer)
            raise rt.raised("TypeError", f"wrong argument type {told} (must be numeric, true, false or nil)")
    return found


def _given(rt: Runtime, me: Array, block: Block, rows: Iterable[Iterable[Value]], size: int) -> Value:
    """Rows, each to the block or all in an Array."""
    if block is None:
        rt.bounds.grow(size)
        return Array(Array(row) for row in rows)
    for row in rows:
        rt.bounds.step()
        rt.call(block, [Array(row)])
    return me


@answers("Array", "product")
def product(rt: Runtime, me: Array, block: Block, *others: Value) -> Value:
    lists = [list(me), *(list(array(rt, other)) for other in others)]
    count = math.prod(len(each) for each in lists)
    rt.bounds.grow(count * len(lists) * ITEM)
    return _given(rt, me, block, itertools.product(*lists), 0)


def _choosing(
    rt: Runtime, me: Array, block: Block, count: int, rows: Iterable[Iterable[Value]], total: int
) -> Value:
    if block is None:
        return enumerator(rt, Array(_listed(rt, rows, count, total)), "each")
    return _given(rt, me, block, rows, 0)


def _listed(rt: Runtime, rows: Iterable[Iterable[Value]], count: int, total: int) -> list[Array]:
    rt.bounds.grow(total * max(count, 1) * ITEM)
    rt.bounds.step(total)
    return [Array(row) for row in rows]


@answers("Array", "combination")
def combination(rt: Runtime, me: Array, block: Block, size: Value) -> Value:
    count = small(rt, size)
    possible = 0 <= count <= len(me)
    rows = itertools.combinations(list(me), count) if possible else ()
    return _choosing(rt, me, block, count, rows, math.comb(len(me), count) if possible else 0)


@answers("Array", "permutation")
def permutation(rt: Runtime, me: Array, block: Block, size: Value = None) -> Value:
    count = len(me) if size is None else small(rt, size)
    possible = 0 <= count <= len(me)
    rows = itertools.permutations(list(me), count) if possible else ()
    return _choosing(rt, me, block, count, rows, math.perm(len(me), count) if possible else 0)


@answers("Array", "repeated_combination")
def repeated_combination(rt: Runtime, me: Array, block: Block, size: Value) -> Value:
    count = small(rt, size)
    possible = count >= 0 and (me or count == 0)
    rows = itertools.combinations_with_replacement(list(me), count) if possible else ()
    total = math.comb(len(me) + count - 1, count) if possible and me else 1
    return _choosing(rt, me, block, count, rows, total)


@answers("Array", "repeated_permutation")
def repeated_permutation(rt: Runtime, me: Array, block: Block, size: Value) -> Value:
    count = small(rt, size)
    if count < 0:
        return enumerator(rt, Array(), "each") if block is None else me
    if count * math.log2(len(me) + 1) > 64:
        rt.bounds.grow(1 << 64)
    rows = itertools.product(list(me), repeat=count)
    return _choosing(rt, me, block, count, rows, len(me) ** count)


@answers("Array", "sum")
def sum_(rt: Runtime, me: Array, block: Block, start: Value = GONE) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.enumerable import sum_ as sum_of_all

    if start is GONE and block is None and all(type(each) is int for each in me):
        rt.bounds.step(1 + len(me) // 64)
        return sum(me)
    return sum_of_all(rt, me, block, 0 if start is GONE else start)
