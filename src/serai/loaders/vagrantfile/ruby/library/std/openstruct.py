"""OpenStruct: any name can be read and set. `data` is a Hash by Symbol."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import mapping
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, changeable
from serai.loaders.vagrantfile.ruby.library.core.equality import same
from serai.loaders.vagrantfile.ruby.library.register import INSTANCE, LATE, declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Hash, Object, Proc, Str, Sym, Value

declare("OpenStruct")


def name_of(rt: Runtime, value: Value) -> Sym:
    return Sym(rt.to_s(value))


def set_field(rt: Runtime, me: Value, name: Sym, value: Value) -> None:
    """One whose name is a method of every object (`test`; `open`, entered on use) gets its own before that."""
    me.data[name] = value
    if str(name) in LATE or any(str(name) in INSTANCE.get(kind, ()) for kind in ("Kernel", "Object")):
        body = Proc(lambda args, block=None, own=None: own.data.get(name), is_lambda=True)
        rt.send(me, "define_singleton_method", [name, body])


@answers_itself("OpenStruct", "new")
def new(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    created = Object(me, Hash())
    rt.send(created, "initialize", list(args), block)
    return created


@answers("OpenStruct", "initialize")
def initialize(rt: Runtime, me: Value, block: Block, given: Value = None) -> Value:
    me.data = Hash()
    for key, value in mapping(rt, given).items() if given is not None else ():
        set_field(rt, me, name_of(rt, key), value)
    return None


@answers("OpenStruct", "method_missing")
def missing(rt: Runtime, me: Value, block: Block, name: Value, *args: Value) -> Value:
    word = str(name)
    if word.endswith("="):
        changeable(rt, me)
        set_field(rt, me, Sym(word[:-1]), args[0] if args else None)
        return args[0] if args else None
    if args or word.endswith(("?", "!")):
        raise rt.raised("NoMethodError", f"undefined method `{word}' for {rt.inspect(me)}")
    return me.data.get(Sym(word))


@answers("OpenStruct", "respond_to_missing?")
def responds(rt: Runtime, me: Value, block: Block, name: Value, private: Value = False) -> Value:
    return Sym(rt.to_s(name).removesuffix("=")) in me.data


@answers("OpenStruct", "[]")
def get(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return me.data.get(name_of(rt, name))


@answers("OpenStruct", "[]=")
def put(rt: Runtime, me: Value, block: Block, name: Value, value: Value) -> Value:
    changeable(rt, me)
    set_field(rt, me, name_of(rt, name), value)
    return value


@answers("OpenStruct", "to_h")
def to_h(rt: Runtime, me: Value, block: Block) -> Value:
    found = Hash(me.data.items())
    return found if block is None else rt.send(found, "to_h", [], block)


@answers("OpenStruct", "each_pair")
def each_pair(rt: Runtime, me: Value, block: Block) -> Value:
    found = rt.send(Hash(me.data.items()), "each_pair", [], block)
    return me if block is not None else found


@answers("OpenStruct", "dig")
def dig(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    found = me.data.get(name_of(rt, name))
    return rt.send(found, "dig", list(more)) if more and found is not None else found


@answers("OpenStruct", "delete_field")
def delete_field(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    key = name_of(rt, name)
    if key not in me.data:
        if block is not None:
            return rt.call(block, [])
        raise rt.raised("NameError", f"no field `{key}' in {rt.inspect(me)}")
    value = me.data.get(key)
    del me.data[key]
    return value


@answers("OpenStruct", "==", "eql?")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and isinstance(other.data, Hash) and same(rt, me.data, other.data)


@answers("OpenStruct", "dup", "clone")
def dup(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return Object(me.kind, Hash(me.data.items()))


@answers("OpenStruct", "inspect", "to_s")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    inner = ", ".join(f"{name}={rt.inspect(value)}" for name, value in me.data.items())
    return Str(f"#<{me.kind.name}{' ' if inner else ''}{inner}>")
