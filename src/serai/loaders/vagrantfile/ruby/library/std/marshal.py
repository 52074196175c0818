"""Marshal: deep copies, which is what Vagrantfiles use it for. No bytes are made or read."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Proc, Str, Value

declare("Marshal", None)
declare("Marshal::Dumped")


@answers_itself("Marshal", "dump")
def dump(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    """Stands for the bytes; `load` alone can use it."""
    return Object(rt.constant("Marshal::Dumped"), deep(rt, value, {}))


@answers_itself("Marshal", "load", "restore")
def load(rt: Runtime, me: Value, block: Block, dumped: Value) -> Value:
    if isinstance(dumped, Object) and dumped.kind is rt.constant("Marshal::Dumped"):
        return deep(rt, dumped.data, {})
    raise rt.refused("Marshal.load of a string", "keep the data as YAML or JSON")


def deep(rt: Runtime, value: Value, done: dict[int, Value]) -> Value:
    """A copy of all that is inside. What is there twice is there twice in the copy, too."""
    if not isinstance(value, Str | Array | Hash | Object | Proc):
        return value
    made = done.get(id(value))
    if made is not None:
        return made
    rt.bounds.step(1)
    if isinstance(value, Str):
        rt.bounds.grow(len(value.s))
        made = done[id(value)] = Str(value.s)
    elif isinstance(value, Array):
        made = done[id(value)] = Array()
        made.extend(deep(rt, item, done) for item in value)
    elif isinstance(value, Hash):
        if value.default_proc is not None:
            raise rt.raised("TypeError", "can't dump hash with default proc")
        made = done[id(value)] = Hash()
        made.default = deep(rt, value.default, done)
        for key, item in value.items():
            made[deep(rt, key, done)] = deep(rt, item, done)
    elif isinstance(value, Object) and value.data is None:
        made = done[id(value)] = Object(value.kind)
        made.variables.update({name: deep(rt, item, done) for name, item in value.variables.items()})
    else:
        raise rt.raised("TypeError", f"no _dump_data is defined for class {rt.class_of(value).name}")
    return made
