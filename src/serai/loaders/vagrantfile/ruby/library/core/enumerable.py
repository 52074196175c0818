"""Enumerable: what everything that has `each` can do, Array, Hash and Range too."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import is_number, named, real, small, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, need
from serai.loaders.vagrantfile.ruby.library.core.equality import matches, place, same
from serai.loaders.vagrantfile.ruby.library.core.walk import ENOUGH, enumerator, items_of, walk
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Value


@answers("Enumerable", "to_a", "entries")
def to_a(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(items_of(rt, me))


@answers("Enumerable", "map", "collect")
def map_(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "map")
    found = Array()
    walk(rt, me, lambda item: found.append(rt.call(block, [item])))
    return found


@answers("Enumerable", "flat_map", "collect_concat")
def flat_map(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "flat_map")
    found = Array()

    def add(item: Value) -> None:
        answer = rt.call(block, [item])
        if isinstance(answer, Array):
            found.extend(answer)
        else:
            found.append(answer)

    walk(rt, me, add)
    return found


@answers("Enumerable", "select", "filter", "find_all")
def select(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "select")
    found = Array()
    walk(rt, me, lambda item: found.append(item) if truthy(rt.call(block, [item])) else None)
    return found


@answers("Enumerable", "reject")
def reject(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "reject")
    found = Array()
    walk(rt, me, lambda item: None if truthy(rt.call(block, [item])) else found.append(item))
    return found


@answers("Enumerable", "filter_map")
def filter_map(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "filter_map")
    found = Array()

    def add(item: Value) -> None:
        answer = rt.call(block, [item])
        if truthy(answer):
            found.append(answer)

    walk(rt, me, add)
    return found


@answers("Enumerable", "grep")
def grep(rt: Runtime, me: Value, block: Block, pattern: Value) -> Value:
    return _grepped(rt, me, block, pattern, True)


@answers("Enumerable", "grep_v")
def grep_v(rt: Runtime, me: Value, block: Block, pattern: Value) -> Value:
    return _grepped(rt, me, block, pattern, False)


def _grepped(rt: Runtime, me: Value, block: Block, pattern: Value, wanted: bool) -> Array:
    found = Array()

    def add(item: Value) -> None:
        if matches(rt, pattern, item) is wanted:
            found.append(item if block is None else rt.call(block, [item]))

    walk(rt, me, add)
    return found


@answers("Enumerable", "find", "detect")
def find(rt: Runtime, me: Value, block: Block, if_none: Value = None) -> Value:
    if block is None:
        return enumerator(rt, me, "find")
    found: list[Value] = []

    def see(item: Value) -> object:
        if truthy(rt.call(block, [item])):
            found.append(item)
            return ENOUGH
        return None

    walk(rt, me, see)
    if found:
        return found[0]
    return None if if_none is None else rt.send(if_none, "call", [])


@answers("Enumerable", "find_index")
def find_index(rt: Runtime, me: Value, block: Block, wanted: Value = GONE) -> Value:
    if block is None and wanted is GONE:
        return enumerator(rt, me, "find_index")
    at, found = -1, False

    def see(item: Value) -> object:
        nonlocal at, found
        at += 1
        found = same(rt, item, wanted) if wanted is not GONE else truthy(rt.call(block, [item]))  # type: ignore[arg-type]
        return ENOUGH if found else None

    walk(rt, me, see)
    return at if found else None


@answers("Enumerable", "include?", "member?")
def include(rt: Runtime, me: Value, block: Block, wanted: Value) -> Value:
    found = False

    def see(item: Value) -> object:
        nonlocal found
        found = same(rt, item, wanted)
        return ENOUGH if found else None

    walk(rt, me, see)
    return found


@answers("Enumerable", "first")
def first(rt: Runtime, me: Value, block: Block, count: Value = GONE) -> Value:
    if count is not GONE:
        return take(rt, me, block, count)
    found: list[Value] = [None]

    def see(item: Value) -> object:
        found[0] = item
        return ENOUGH

    walk(rt, me, see)
    return found[0]


@answers("Enumerable", "take")
def take(rt: Runtime, me: Value, block: Block, count: Value) -> Value:
    wanted = small(rt, count)
    if wanted < 0:
        raise rt.raised("ArgumentError", "attempt to take negative size")
    found = Array()

    def see(item: Value) -> object:
        found.append(item)
        return ENOUGH if len(found) >= wanted else None

    if wanted:
        walk(rt, me, see)
    return found


@answers("Enumerable", "take_while")
def take_while(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "take_while")
    found = Array()

    def see(item: Value) -> object:
        if not truthy(rt.call(block, [item])):
            return ENOUGH
        found.append(item)
        return None

    walk(rt, me, see)
    return found


@answers("Enumerable", "drop")
def drop(rt: Runtime, me: Value, block: Block, count: Value) -> Value:
    wanted = small(rt, count)
    if wanted < 0:
        raise rt.raised("ArgumentError", "attempt to drop negative size")
    return Array(items_of(rt, me)[wanted:])


@answers("Enumerable", "drop_while")
def drop_while(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "drop_while")
    found, dropping = Array(), True

    def see(item: Value) -> None:
        nonlocal dropping
        dropping = dropping and truthy(rt.call(block, [item]))
        if not dropping:
            found.append(item)

    walk(rt, me, see)
    return found


def _asked(rt: Runtime, block: Block, pattern: Value, item: Value) -> bool:
    """Whether an item passes the pattern, the block, or just is something."""
    if pattern is not GONE:
        return matches(rt, pattern, item)
    return truthy(item if block is None else rt.call(block, [item]))


def _count_to(rt: Runtime, me: Value, block: Block, pattern: Value, wanted: bool, most: int) -> int:
    """How many items say `wanted`, counted up to `most`."""
    count = 0

    def see(item: Value) -> object:
        nonlocal count
        count += _asked(rt, block, pattern, item) is wanted
        return ENOUGH if count >= most else None

    walk(rt, me, see)
    return count


@answers("Enumerable", "any?")
def any_(rt: Runtime, me: Value, block: Block, pattern: Value = GONE) -> Value:
    return _count_to(rt, me, block, pattern, True, 1) == 1


@answers("Enumerable", "all?")
def all_(rt: Runtime, me: Value, block: Block, pattern: Value = GONE) -> Value:
    return _count_to(rt, me, block, pattern, False, 1) == 0


@answers("Enumerable", "none?")
def none(rt: Runtime, me: Value, block: Block, pattern: Value = GONE) -> Value:
    return _count_to(rt, me, block, pattern, True, 1) == 0


@answers("Enumerable", "one?")
def one(rt: Runtime, me: Value, block: Block, pattern: Value = GONE) -> Value:
    return _count_to(rt, me, block, pattern, True, 2) == 1


@answers("Enumerable", "count")
def count(rt: Runtime, me: Value, block: Block, wanted: Value = GONE) -> Value:
    found = 0

    def see(item: Value) -> None:
        nonlocal found
        if wanted is not GONE:
            found += same(rt, item, wanted)
        else:
            found += block is None or truthy(rt.call(block, [item]))

    walk(rt, me, see)
    return found


@answers("Enumerable", "partition")
def partition(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "partition")
    yes, no = Array(), Array()
    walk(rt, me, lambda item: (yes if truthy(rt.call(block, [item])) else no).append(item))
    return Array((yes, no))


@answers("Enumerable", "group_by")
def group_by(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "group_by")
    found = Hash()

    def see(item: Value) -> None:
        key = rt.call(block, [item])
        if key not in found:
            found[key] = Array()
        found[key].append(item)

    walk(rt, me, see)
    return found


@answers("Enumerable", "tally")
def tally(rt: Runtime, me: Value, block: Block) -> Value:
    found = Hash()

    def see(item: Value) -> None:
        found[item] = found.get(item, 0) + 1

    walk(rt, me, see)
    return found


@answers("Enumerable", "uniq")
def uniq(rt: Runtime, me: Value, block: Block) -> Value:
    found, seen = Array(), set()

    def see(item: Value) -> None:
        key = place(item if block is None else rt.call(block, [item]))
        if key not in seen:
            seen.add(key)
            found.append(item)

    walk(rt, me, see)
    return found


@answers("Enumerable", "inject", "reduce")
def inject(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    need(rt, args, 0, 2)
    total, name = GONE, None
    if len(args) == 2:
        total, name = args[0], named(rt, args[1])
    elif len(args) == 1 and block is None:
        name = named(rt, args[0])
    elif args:
        total = args[0]
    if name is None and block is None:
        raise rt.raised("LocalJumpError", "no block given")

    def see(item: Value) -> None:
        nonlocal total
        if total is GONE:
            total = item
        elif name is not None:
            total = rt.send(total, name, [item])
        else:
            total = rt.call(block, [total, item])  # type: ignore[arg-type]

    walk(rt, me, see)
    return None if total is GONE else total


@answers("Enumerable", "sum")
def sum_(rt: Runtime, me: Value, block: Block, start: Value = 0) -> Value:
    total, rest = start, 0.0  # `rest` is what rounding lost (Kahan and Babuska's sum, as Ruby adds Floats)

    def see(item: Value) -> None:
        nonlocal total, rest
        item = item if block is None else rt.call(block, [item])
        if is_number(total) and is_number(item) and float in (type(total), type(item)):
            total = real(rt, total)
            grown = total + item
            if abs(grown) != float("inf") and grown == grown:
                rest += (total - grown) + item if abs(total) >= abs(item) else (item - grown) + total
            total = grown
        elif is_number(total) and is_number(item):
            total = total + item
        else:
            total = rt.send(total, "+", [item])

    walk(rt, me, see)
    return total + rest if isinstance(total, float) else total


@answers("Enumerable", "to_h")
def to_h(rt: Runtime, me: Value, block: Block) -> Value:
    found = Hash()
    at = -1

    def see(item: Value) -> None:
        nonlocal at
        at += 1
        pair = item if block is None else rt.call(block, [item])
        key = pair_of(rt, pair, at if isinstance(me, Array) else None)
        found[key] = pair[1]

    walk(rt, me, see)
    return found


def pair_of(rt: Runtime, pair: Value, at: int | None) -> Value:
    """The key of what must be an Array of two; `at` is its place in an Array."""
    where = "" if at is None else f" at {at}"
    if not isinstance(pair, Array):
        raise rt.raised("TypeError", f"wrong element type {rt.class_of(pair).name}{where} (expected array)")
    if len(pair) != 2:
        what = "element has wrong array length" if at is None else f"wrong array length at {at}"
        raise rt.raised("ArgumentError", f"{what} (expected 2, was {len(pair)})")
    return pair[0]


@answers("Enumerable", "to_set")
def to_set(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(rt.constant("Set"), "new", [Array(items_of(rt, me))], block)
