"""Struct and Data: classes made of the names of their members."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import (
    Block,
    answers,
    answers_itself,
    changeable,
    split_named,
)
from serai.loaders.vagrantfile.ruby.library.core.equality import same
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import (
    Array,
    Builtin,
    Hash,
    Module,
    Object,
    Proc,
    Str,
    Sym,
    Value,
    key_of,
)

declare("Struct", "Object", "Enumerable")
declare("Data")
MEMBERS, BY_NAME = "__members__", "__keyword_init__"


def members(rt: Runtime, kind: Module | None) -> Array:
    """The names of a class, from where it or one above it was made."""
    while kind is not None:
        if MEMBERS in kind.variables:
            found: Array = kind.variables[MEMBERS]
            return found
        kind = kind.parent
    raise rt.raised("TypeError", "uninitialized struct")


def by_name(kind: Module | None) -> Value:
    while kind is not None:
        if BY_NAME in kind.variables:
            return kind.variables[BY_NAME]
        kind = kind.parent
    return None


def reader(name: str) -> Builtin:
    def read(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        if args:
            raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected 0)")
        return me.data[name]

    return read


def writer(name: str) -> Builtin:
    def write(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        changeable(rt, me)
        me.data[name] = args[0]
        return args[0]

    return write


def made(rt: Runtime, above: str, names: list[Value], block: Block) -> Module:
    """A new class below Struct or Data."""
    kind = rt.send(rt.constant("Class"), "new", [rt.constant(above)])
    listed = Array(Sym(rt.to_s(name)) for name in names)
    if len(set(listed)) != len(listed):
        twice = next(name for place, name in enumerate(listed) if name in listed[:place])
        raise rt.raised("ArgumentError", f"duplicate member: {twice}")
    kind.variables[MEMBERS] = listed
    for name in listed:
        enter(rt, kind, str(name), reader(str(name)))
        if above == "Struct":
            enter(rt, kind, f"{name}=", writer(str(name)))
    if block is not None:
        rt.send(kind, "class_eval", [], block)
    return kind  # type: ignore[no-any-return]


def enter(rt: Runtime, kind: Module, name: str, function: Builtin) -> None:
    """A method written in Python, of a class that is made here."""
    body = Proc(lambda args, block=None, me=None: function(rt, me, args, block), is_lambda=True)
    rt.send(kind, "define_method", [Sym(name), body])


@answers_itself("Struct", "new", "[]")
def new(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    if me.name != "Struct":
        created = Object(me, {})
        rt.send(created, "initialize", list(args), block)
        return created
    places, named = split_named(rt, args, "keyword_init")
    name = places.pop(0).s if places and isinstance(places[0], Str) else ""
    if not places and not name:
        raise rt.raised("ArgumentError", "wrong number of arguments (given 0, expected 1+)")
    kind = made(rt, "Struct", places, block)
    if name:
        kind.name = f"Struct::{name}"
        me.constants[name] = kind
    kind.variables[BY_NAME] = named.get("keyword_init")
    return kind


@answers_itself("Struct", "members")
@answers_itself("Data", "members")
def members_itself(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(members(rt, me))


@answers_itself("Struct", "keyword_init?")
def keyword_init(rt: Runtime, me: Value, block: Block) -> Value:
    return by_name(me)


@answers("Struct", "initialize")
def initialize(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    names = members(rt, me.kind)
    me.data = dict.fromkeys((str(name) for name in names), None)
    by = by_name(me.kind)
    last = args[-1] if args else None
    if truthy(by):
        if (args and not isinstance(last, Hash)) or len(args) > 1:
            raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected 0)")
        given = last if isinstance(last, Hash) else Hash()
        unknown = [rt.to_s(key) for key in given.keys() if rt.to_s(key) not in me.data]  # noqa: SIM118
        if unknown:
            raise rt.raised("ArgumentError", f"unknown keywords: {', '.join(unknown)}")
        me.data.update({rt.to_s(key): value for key, value in given.items()})
        return None
    if len(args) > len(names):
        raise rt.raised("ArgumentError", "struct size differs")
    me.data.update({str(name): value for name, value in zip(names, args, strict=False)})
    return None


def name_of(rt: Runtime, me: Value, which: Value) -> str:
    """The member that `[]` means: by name or by place."""
    names = [str(name) for name in members(rt, me.kind)]
    if isinstance(which, Str | Sym):
        name = rt.to_s(which)
        if name not in names:
            raise rt.raised("NameError", f"no member '{name}' in struct")
        return name
    at = integer(rt, which)
    if not -len(names) <= at < len(names):
        side, size = ("large", len(names)) if at >= 0 else ("small", -len(names))
        raise rt.raised("IndexError", f"offset {at} too {side} for struct(size:{abs(size)})")
    return names[at]


@answers("Struct", "[]")
def get(rt: Runtime, me: Value, block: Block, which: Value) -> Value:
    return me.data[name_of(rt, me, which)]


@answers("Struct", "[]=")
def put(rt: Runtime, me: Value, block: Block, which: Value, value: Value) -> Value:
    changeable(rt, me)
    me.data[name_of(rt, me, which)] = value
    return value


@answers("Struct", "members")
@answers("Data", "members")
def own_members(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(members(rt, me.kind))


@answers("Struct", "to_a", "deconstruct", "values")
def to_a(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(me.data.values())


@answers("Struct", "to_h", "deconstruct_keys")
@answers("Data", "to_h", "deconstruct_keys")
def to_h(rt: Runtime, me: Value, block: Block, keys: Value = None) -> Value:
    found = Hash((Sym(name), value) for name, value in me.data.items())
    return found if block is None else rt.send(found, "to_h", [], block)


@answers("Struct", "size", "length")
def size(rt: Runtime, me: Value, block: Block) -> Value:
    return len(me.data)


@answers("Struct", "each")
def each(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each")
    for value in list(me.data.values()):
        rt.call(block, [value])
    return me


@answers("Struct", "each_pair")
def each_pair(rt: Runtime, me: Value, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_pair")
    for name, value in list(me.data.items()):
        rt.call(block, [Array((Sym(name), value))])
    return me


@answers("Struct", "values_at")
def values_at(rt: Runtime, me: Value, block: Block, *places: Value) -> Value:
    return rt.send(to_a(rt, me, None), "values_at", list(places))


@answers("Struct", "dig")
def dig(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    found = me.data.get(rt.to_s(name)) if isinstance(name, Str | Sym) else get(rt, me, None, name)
    return rt.send(found, "dig", list(more)) if more and found is not None else found


@answers("Struct", "==")
@answers("Data", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not isinstance(other, Object) or other.kind is not me.kind:
        return False
    return all(same(rt, value, other.data[name]) for name, value in me.data.items())


@answers("Struct", "eql?")
@answers("Data", "eql?")
def eql(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and other.kind is me.kind and all(
        key_of(value) == key_of(other.data[name]) for name, value in me.data.items()
    )  # fmt: skip


@answers("Struct", "hash")
@answers("Data", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(tuple(key_of(value) for value in me.data.values()))


@answers("Struct", "dup", "clone")
def dup(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    found = Object(me.kind, dict(me.data))
    found.variables = dict(me.variables)
    return found


def said(rt: Runtime, me: Value, word: str) -> Str:
    inner = ", ".join(f"{name}={rt.inspect(value)}" for name, value in me.data.items())
    name = f"{me.kind.name} " if me.kind.name else ""
    return Str(f"#<{word} {name}{inner}>")


@answers("Struct", "inspect", "to_s")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    return said(rt, me, "struct")


@answers_itself("Data", "define")
def define(rt: Runtime, me: Value, block: Block, *names: Value) -> Value:
    return made(rt, "Data", list(names), block)


@answers_itself("Data", "new", "[]")
def new_data(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    """Values by place become values by name before `initialize` sees them."""
    names = members(rt, me)
    if len(args) == 1 and isinstance(args[0], Hash) and args[0].keywords:
        given = args[0]
    else:
        if len(args) > len(names):
            most = f"0..{len(names)}" if names else "0"
            raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected {most})")
        given = Hash(zip(names, args, strict=False), keywords=True)
    created = Object(me, {})
    rt.send(created, "initialize", [given] if len(given) else [], block)
    created.frozen = True
    return created


@answers("Data", "initialize")
def initialize_data(rt: Runtime, me: Value, block: Block, given: Value = None) -> Value:
    names = members(rt, me.kind)
    values = given if isinstance(given, Hash) else Hash()
    missing = [name for name in names if name not in values]
    if missing:
        word = "keyword" if len(missing) == 1 else "keywords"
        raise rt.raised("ArgumentError", f"missing {word}: {', '.join(rt.inspect(name) for name in missing)}")
    unknown = [key for key in values.keys() if key not in names]  # noqa: SIM118
    if unknown:
        word = "keyword" if len(unknown) == 1 else "keywords"
        raise rt.raised("ArgumentError", f"unknown {word}: {', '.join(rt.inspect(key) for key in unknown)}")
    me.data = {str(name): values.get(name) for name in names}
    return None


@answers("Data", "with")
def with_(rt: Runtime, me: Value, block: Block, changes: Value = None) -> Value:
    given = Hash(((Sym(name), value) for name, value in me.data.items()), keywords=True)
    for key, value in changes.items() if changes is not None else ():
        given[key] = value
    return rt.send(me.kind, "new", [given])


@answers("Data", "inspect", "to_s")
def inspect_data(rt: Runtime, me: Value, block: Block) -> Value:
    return said(rt, me, "data")
