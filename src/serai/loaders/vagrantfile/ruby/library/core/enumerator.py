"""Enumerator: a method without its block, to be gone over later; `with_index`, `next`, `Enumerator.new`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, named
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.core.walk import Source, enumerator, items_of, packed, receiving
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Proc, Range, Str, Sym, Value

declare("Enumerator::Yielder")
declare("Enumerator::Lazy", "Enumerator")

See = Callable[[Sequence[Value]], Value]


def source_of(me: Object) -> Source:
    found: Source = me.data
    return found


def drive(rt: Runtime, me: Object, see: See) -> Value:
    """Run what is behind it; what `see` answers is what the block would have."""
    source = source_of(me)
    if source.block is not None:
        return rt.call(source.block, [Object(rt.constant("Enumerator::Yielder"), see)])
    return rt.send(source.receiver, source.name, source.arguments(), receiving(see))


@answers_itself("Enumerator", "new")
def new(rt: Runtime, me: Value, block: Block, size: Value = None) -> Value:
    if block is None:
        raise rt.raised("ArgumentError", "no block given")
    made = Object(rt.constant("Enumerator"), Source(None, "each", (), block))
    made.data.size = size
    return made


@answers("Enumerator::Yielder", "<<")
def give(rt: Runtime, me: Object, block: Block, value: Value) -> Value:
    rt.bounds.step()
    me.data([value])
    return me


@answers("Enumerator::Yielder", "yield", "call")
def give_several(rt: Runtime, me: Object, block: Block, *values: Value) -> Value:
    rt.bounds.step()
    return me.data(list(values))


@answers("Enumerator::Yielder", "to_proc")
def giving(rt: Runtime, me: Object, block: Block) -> Value:
    return receiving(lambda args: me.data(args))


@answers("Kernel", "to_enum", "enum_for")
def to_enum(rt: Runtime, me: Value, block: Block, name: Value = Sym("each"), *args: Value) -> Value:  # noqa: B008
    return enumerator(rt, me, named(rt, name), *args)


@answers("Enumerator", "each")
def each(rt: Runtime, me: Object, block: Block) -> Value:
    return me if block is None else drive(rt, me, lambda args: rt.call(block, list(args)))


@answers("Enumerator", "with_index")
def with_index(rt: Runtime, me: Object, block: Block, first: Value = None) -> Value:
    if block is None:
        return enumerator(rt, me, "with_index", *([] if first is None else [first]))
    at = (0 if first is None else integer(rt, first)) - 1

    def see(args: Sequence[Value]) -> Value:
        nonlocal at
        at += 1
        return rt.call(block, [packed(args), at])

    return drive(rt, me, see)


@answers("Enumerator", "each_with_index")
def each_with_index(rt: Runtime, me: Object, block: Block) -> Value:
    return enumerator(rt, me, "each_with_index") if block is None else with_index(rt, me, block, 0)


@answers("Enumerator", "with_object", "each_with_object")
def with_object(rt: Runtime, me: Object, block: Block, memo: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "with_object", memo)
    drive(rt, me, lambda args: rt.call(block, [packed(args), memo]))
    return memo


@answers("Enumerator", "size")
def size(rt: Runtime, me: Object, block: Block) -> Value:
    source = source_of(me)
    if source.block is not None:
        return rt.send(source.size, "call", []) if isinstance(source.size, Proc) else source.size
    if source.name in ("loop", "cycle") and not source.args:
        return float("inf")
    if source.name in ("times", "upto", "downto", "step", "each_slice", "each_cons", "cycle"):
        return len(items_of(rt, me))
    if isinstance(source.receiver, (Array | Hash | Range | Str, Object)):
        if source.name.startswith(("each_line", "gsub", "find", "take", "drop", "index", "chunk")):
            return None
        return rt.send(source.receiver, "size", []) if rt.responds(source.receiver, "size") else None
    return None


def _all(rt: Runtime, me: Object) -> list[Value]:
    """All items, for `next`: an Enumerator is not stopped halfway here."""
    source = source_of(me)
    if source.buffer is None:
        if _of_block(source):
            raise rt.refused("next of an Enumerator that a block makes", "use first, take or each")
        source.buffer = items_of(rt, me)
    return source.buffer


def _of_block(source: Source) -> bool:
    """Whether there is a block of the file's behind it, which `next` would have to leave and enter again."""
    if source.block is not None or source.name == "loop":
        return True
    return isinstance(source.receiver, Object) and (
        not isinstance(source.receiver.data, Source) or _of_block(source.receiver.data)
    )


@answers("Enumerator", "next")
def next_(rt: Runtime, me: Object, block: Block) -> Value:
    value = peek(rt, me, block)
    source_of(me).at += 1
    return value


@answers("Enumerator", "peek")
def peek(rt: Runtime, me: Object, block: Block) -> Value:
    source = source_of(me)
    if source.name == "cycle" and isinstance(source.receiver, Array) and source.receiver and not source.args:
        return source.receiver[source.at % len(source.receiver)]
    if isinstance(source.receiver, Range) and source.receiver.last is None and type(source.receiver.first) is int:
        return source.receiver.first + source.at
    items = _all(rt, me)
    if source.at >= len(items):
        raise rt.raised("StopIteration", "iteration reached an end")
    return items[source.at]


@answers("Enumerator", "rewind")
def rewind(rt: Runtime, me: Object, block: Block) -> Value:
    source_of(me).at, source_of(me).buffer = 0, None
    return me


@answers("Enumerator", "+")
def plus(rt: Runtime, me: Object, block: Block, other: Value) -> Value:
    return enumerator(rt, Array([*items_of(rt, me), *items_of(rt, other)]), "each")


@answers("Enumerator", "inspect", "to_s")
def inspect(rt: Runtime, me: Object, block: Block) -> Value:
    source = source_of(me)
    if source.block is not None:
        return Str("#<Enumerator: #<Enumerator::Generator>:each>")
    told = f"({', '.join(rt.inspect(arg) for arg in source.args)})" if source.args else ""
    if source.name in ("step", "%") and isinstance(source.receiver, Range):
        return Str(f"(({rt.inspect(source.receiver)}).{source.name}{told})")
    if source.name == "step":
        return Str(f"({rt.inspect(source.receiver)}.step{told})")
    return Str(f"#<Enumerator: {rt.inspect(source.receiver)}:{source.name}{told}>")
