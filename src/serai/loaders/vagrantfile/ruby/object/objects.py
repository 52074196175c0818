"""What every object answers by itself: class, send, respond_to?, instance variables, ==, dup, freeze."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.ruby.frame import Block, Nest
from serai.loaders.vagrantfile.ruby.library.register import method
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Module, Object, Proc, Str, Sym, Value, key_of

Runtime = Any
"""The interpreter itself: what is here needs more of it than the contract of the library says."""


@method("Kernel", "class")
def class_(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.class_of(me)


@method("Kernel", "is_a?", "kind_of?")
def is_a(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if not isinstance(args[0], Module):
        raise rt.raised("TypeError", "class or module required")
    return rt.is_kind(me, args[0])


@method("Kernel", "instance_of?")
def instance_of(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.class_of(me) is args[0]


@method("Kernel", "nil?")
def is_nil(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return me is None


@method("Kernel", "equal?")
def identical(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if type(me) in (int, float, Sym):
        return type(me) is type(args[0]) and me == args[0]
    return me is args[0]


@method("Kernel", "==", "===", "eql?")
def same(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    other = args[0]
    if isinstance(me, Object | Module) or hasattr(me, "ruby_send"):
        return me is other
    return type(me) is type(other) and me == other


@method("Kernel", "!=")
def different(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return not rt.equal(me, args[0])


@method("Kernel", "!")
def negated(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return me is None or me is False


@method("Kernel", "=~")
def no_match(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return None


@method("Kernel", "hash")
def hash_(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return hash(key_of(me))


@method("Kernel", "object_id", "__id__")
def object_id(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if type(me) is int:
        return 2 * me + 1
    fixed = {None: 8, True: 20, False: 0}
    return fixed[me] if me is None or isinstance(me, bool) else rt.id_of(me)


@method("Kernel", "send", "__send__")
def send(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if not args:
        raise rt.raised("ArgumentError", "no method name given")
    name = rt.to_s(args[0])
    from serai.loaders.vagrantfile.ruby.object.framed import FRAMED

    if name in FRAMED and rt.lookup(me, name) is None:
        raise rt.refused(f"send(:{name})", f"call {name} by its name")
    return rt.dispatch(me, name, args[1:], block, True)


@method("Kernel", "public_send")
def public_send(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.dispatch(me, rt.to_s(args[0]), args[1:], block, False)


@method("Kernel", "respond_to?")
def respond_to(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.responds(me, rt.to_s(args[0]), len(args) > 1 and args[1] not in (None, False))


@method("Kernel", "tap")
def tap(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    yielded(rt, block)([me], None, None)
    return me


@method("Kernel", "then", "yield_self")
def then(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return yielded(rt, block)([me], None, None)


def yielded(rt: Runtime, block: Proc | None) -> Any:
    if block is None:
        raise rt.raised("LocalJumpError", "no block given (yield)")
    return block.body


@method("Kernel", "itself")
def itself(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return me


@method("Kernel", "instance_eval", "instance_exec")
def instance_eval(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if block is None:
        raise rt.refused("instance_eval of a string", "give it a block")
    if isinstance(block, Block) and isinstance(me, Module | Object):
        block = block.inside(Nest(rt.singleton(me), block.frame.nest, lexical=False))
    return block.body(args or [me], None, me)


def variables_of(rt: Runtime, me: Value) -> dict[str, Value]:
    if isinstance(me, Object | Module):
        return me.variables
    raise rt.refused(f"an instance variable of {rt.class_name(me)}", "keep it in a Hash")


@method("Kernel", "instance_variable_get")
def instance_variable_get(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return variables_of(rt, me).get(rt.to_s(args[0]))


@method("Kernel", "instance_variable_set")
def instance_variable_set(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    variables_of(rt, me)[rt.to_s(args[0])] = args[1]
    return args[1]


@method("Kernel", "instance_variable_defined?")
def instance_variable_defined(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.to_s(args[0]) in variables_of(rt, me)


@method("Kernel", "remove_instance_variable")
def remove_instance_variable(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return variables_of(rt, me).pop(rt.to_s(args[0]), None)


@method("Kernel", "instance_variables")
def instance_variables(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return Array(Sym(name) for name in variables_of(rt, me) if name.startswith("@") and name[1] != "@")


@method("Kernel", "methods", "public_methods")
def methods(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return Array(Sym(name) for name in rt.method_names(me))


@method("Kernel", "singleton_methods")
def singleton_methods(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    own = me.own if isinstance(me, Module) else {}
    names = dict.fromkeys(own)
    for mixin in getattr(me, "extended", ()):
        names.update(dict.fromkeys(mixin.methods))
    return Array(Sym(name) for name in names)


@method("Kernel", "freeze")
def freeze(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if isinstance(me, Str | Array | Hash | Object):
        me.frozen = True
    return me


@method("Kernel", "frozen?")
def frozen(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return getattr(me, "frozen", True)


@method("Kernel", "dup")
def dup(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return copied(rt, me)


@method("Kernel", "clone")
def clone(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    made = copied(rt, me)
    thaw = bool(args) and isinstance(args[-1], Hash) and args[-1].get(Sym("freeze"), True) is False
    if made is not me and getattr(me, "frozen", False) and not thaw:
        made.frozen = True
    if isinstance(me, Object) and isinstance(made, Object):
        made.extended = list(me.extended)
    return made


def copied(rt: Runtime, me: Value) -> Value:
    if isinstance(me, Str):
        return Str(me.s)
    if isinstance(me, Array):
        rt.bounds.grow(8 * len(me))
        return Array(me)
    if isinstance(me, Hash):
        rt.bounds.grow(100 * len(me))
        made = Hash(me.items())
        made.default, made.default_proc = me.default, me.default_proc
        return made
    if isinstance(me, Module):
        copy = Module("", is_class=me.is_class, parent=me.parent)
        copy.methods, copy.own, copy.constants = dict(me.methods), dict(me.own), dict(me.constants)
        copy.included, copy.extended, copy.variables = list(me.included), list(me.extended), dict(me.variables)
        return copy
    if isinstance(me, Object):
        other = Object(me.kind, me.data.copy() if isinstance(me.data, dict | list | set) else me.data)
        other.variables = dict(me.variables)
        start = rt.lookup(other, "initialize_copy")
        if start is not None:
            start.call(rt, other, [me], None)
        return other
    return me
