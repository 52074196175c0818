"""Enumerator::Lazy: stages that each item goes through before the next one is asked for."""

from __future__ import annotations

from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.core.convert import small, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers
from serai.loaders.vagrantfile.ruby.library.core.equality import matches, place
from serai.loaders.vagrantfile.ruby.library.core.walk import ENOUGH, Visit
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Proc, Str, Value


class Stages:
    """What an item goes through: `run(visit)` shows what comes out, until the visit has enough."""

    __slots__ = ("run",)

    def __init__(self, run: Callable[[Visit], object]) -> None:
        self.run = run


def made(rt: Runtime, stages: Stages) -> Object:
    return Object(rt.constant("Enumerator::Lazy"), stages)


Stage = Callable[[Runtime, Visit, Proc], Visit]


def stage(*names: str) -> Callable[[Stage], Stage]:
    """Enter a stage with a block: from the next visit, the visit before it."""

    def enter(build: Stage) -> Stage:
        @answers("Enumerator::Lazy", *names)
        def add(rt: Runtime, me: Object, block: Block) -> Value:
            if block is None:
                raise rt.raised("ArgumentError", f"tried to call lazy {names[0]} without a block")
            return made(rt, Stages(lambda visit: me.data.run(build(rt, visit, block))))

        return build

    return enter


@stage("map", "collect")
def map_(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    return lambda item: visit(rt.call(block, [item]))


@stage("select", "filter", "find_all")
def select(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    return lambda item: visit(item) if truthy(rt.call(block, [item])) else None


@stage("reject")
def reject(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    return lambda item: None if truthy(rt.call(block, [item])) else visit(item)


@stage("filter_map")
def filter_map(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    def see(item: Value) -> object:
        answer = rt.call(block, [item])
        return visit(answer) if truthy(answer) else None

    return see


@stage("flat_map", "collect_concat")
def flat_map(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    def see(item: Value) -> object:
        answer = rt.call(block, [item])
        for each in answer if isinstance(answer, Array) else [answer]:
            if visit(each) is ENOUGH:
                return ENOUGH
        return None

    return see


@stage("take_while")
def take_while(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    return lambda item: visit(item) if truthy(rt.call(block, [item])) else ENOUGH


@stage("drop_while")
def drop_while(rt: Runtime, visit: Visit, block: Proc) -> Visit:
    dropping = True

    def see(item: Value) -> object:
        nonlocal dropping
        dropping = dropping and truthy(rt.call(block, [item]))
        return None if dropping else visit(item)

    return see


@answers("Enumerator::Lazy", "take")
def take(rt: Runtime, me: Object, block: Block, count: Value) -> Value:
    wanted = small(rt, count)

    def run(visit: Visit) -> None:
        left = wanted

        def see(item: Value) -> object:
            nonlocal left
            left -= 1
            return ENOUGH if visit(item) is ENOUGH or left == 0 else None

        if wanted > 0:
            me.data.run(see)

    return made(rt, Stages(run))


@answers("Enumerator::Lazy", "drop")
def drop(rt: Runtime, me: Object, block: Block, count: Value) -> Value:
    wanted = small(rt, count)

    def run(visit: Visit) -> None:
        seen = 0

        def see(item: Value) -> object:
            nonlocal seen
            seen += 1
            return visit(item) if seen > wanted else None

        me.data.run(see)

    return made(rt, Stages(run))


@answers("Enumerator::Lazy", "with_index", "each_with_index")
def with_index(rt: Runtime, me: Object, block: Block, first: Value = 0) -> Value:
    def run(visit: Visit) -> None:
        at = (first or 0) - 1

        def see(item: Value) -> object:
            nonlocal at
            at += 1
            if block is None:
                return visit(Array((item, at)))
            rt.call(block, [item, at])
            return visit(item)

        me.data.run(see)

    return made(rt, Stages(run))


@answers("Enumerator::Lazy", "uniq")
def uniq(rt: Runtime, me: Object, block: Block) -> Value:
    def run(visit: Visit) -> None:
        seen = set()

        def see(item: Value) -> object:
            key = place(item if block is None else rt.call(block, [item]))
            if key in seen:
                return None
            seen.add(key)
            return visit(item)

        me.data.run(see)

    return made(rt, Stages(run))


@answers("Enumerator::Lazy", "compact")
def compact(rt: Runtime, me: Object, block: Block) -> Value:
    return made(rt, Stages(lambda visit: me.data.run(lambda item: None if item is None else visit(item))))


@answers("Enumerator::Lazy", "grep")
def grep(rt: Runtime, me: Object, block: Block, pattern: Value) -> Value:
    def run(visit: Visit) -> None:
        def see(item: Value) -> object:
            if not matches(rt, pattern, item):
                return None
            return visit(item if block is None else rt.call(block, [item]))

        me.data.run(see)

    return made(rt, Stages(run))


@answers("Enumerator::Lazy", "each")
def each(rt: Runtime, me: Object, block: Block) -> Value:
    if block is not None:
        me.data.run(lambda item: rt.call(block, [item]))
    return me


@answers("Enumerator::Lazy", "force", "to_a")
def force(rt: Runtime, me: Object, block: Block) -> Value:
    found = Array()

    def see(item: Value) -> None:
        rt.bounds.step()
        rt.bounds.grow(8)
        found.append(item)

    me.data.run(see)
    return found


@answers("Enumerator::Lazy", "first")
def first(rt: Runtime, me: Object, block: Block, count: Value = GONE) -> Value:
    items = force(rt, take(rt, me, None, 1 if count is GONE else count), None)
    return items if count is not GONE else items[0] if items else None


@answers("Enumerator::Lazy", "eager")
def eager(rt: Runtime, me: Object, block: Block) -> Value:
    return force(rt, me, None)


@answers("Enumerator::Lazy", "lazy")
def lazy(rt: Runtime, me: Object, block: Block) -> Value:
    return me


@answers("Enumerator::Lazy", "size")
def size(rt: Runtime, me: Object, block: Block) -> Value:
    return None


@answers("Enumerator::Lazy", "inspect", "to_s")
def inspect(rt: Runtime, me: Object, block: Block) -> Value:
    return Str("#<Enumerator::Lazy: ...>")


@answers("Enumerator::Lazy", "next", "peek")
def next_(rt: Runtime, me: Object, block: Block) -> Value:
    raise rt.refused("next of a lazy Enumerator", "use first or take")
