"""Methods as objects, bindings, and what Procs need the interpreter for."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.ruby.frame import Binding
from serai.loaders.vagrantfile.ruby.library.register import method, own
from serai.loaders.vagrantfile.ruby.values import Array, Object, Proc, Str, Sym, Value

Runtime = Any
"""The interpreter itself: what is here needs more of it than the contract of the library says."""


@own("Proc", "new")
def new(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if block is None:
        raise rt.raised("ArgumentError", "tried to create Proc object without a block")
    return block


@method("Proc", "call", "()", "yield", "===", "[]")
def call(rt: Runtime, me: Proc, args: list[Value], block: Proc | None) -> Value:
    return me.body(args, block, None)


@method("Proc", "to_proc")
def to_proc(rt: Runtime, me: Proc, args: list[Value], block: Proc | None) -> Value:
    return me


@method("Proc", "lambda?")
def is_lambda(rt: Runtime, me: Proc, args: list[Value], block: Proc | None) -> Value:
    return me.is_lambda


@method("Proc", "arity")
def arity(rt: Runtime, me: Proc, args: list[Value], block: Proc | None) -> Value:
    optional = any(kind == "opt" for kind, _ in me.parameters)
    rest = any(kind == "rest" for kind, _ in me.parameters)
    if not me.is_lambda and optional and not rest and me.arity == -1:
        return 0 if not any(kind == "req" for kind, _ in me.parameters) else me.arity
    return me.arity


@method("Proc", "parameters")
@method("Method", "parameters")
def parameters(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    listed = me.parameters if isinstance(me, Proc) else me.data[1].parameters
    loose = isinstance(me, Proc) and not me.is_lambda
    made = [
        Array([Sym("opt" if loose and kind == "req" else kind), *([Sym(name)] if name else [])])
        for kind, name in listed
    ]
    return Array(made)


def _curried(rt: Runtime, me: Proc, count: int, given: list[Value]) -> Proc:
    def run(args: list[Value], block: Proc | None = None, self: Value = None) -> Value:
        every = [*given, *args]
        return me.body(every, block, self) if len(every) >= count else _curried(rt, me, count, every)

    return Proc(run, is_lambda=me.is_lambda)


@method("Proc", "curry")
def curry(rt: Runtime, me: Proc, args: list[Value], block: Proc | None) -> Value:
    count = args[0] if args else me.arity if me.arity >= 0 else -me.arity - 1
    return _curried(rt, me, count, [])


def _composed(rt: Runtime, first: Value, then: Value) -> Proc:
    def run(args: list[Value], block: Proc | None = None, self: Value = None) -> Value:
        return rt.send(then, "call", [rt.send(first, "call", args, block)])

    return Proc(run, arity=1, is_lambda=True)


@method("Proc", ">>")
@method("Method", ">>")
def forwards(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return _composed(rt, me, args[0])


@method("Proc", "<<")
@method("Method", "<<")
def backwards(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return _composed(rt, args[0], me)


@method("Proc", "source_location")
def source_location(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return Array([Str(rt.where.file), rt.where.line])


@method("Symbol", "to_proc")
def symbol_to_proc(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.to_proc(me)


@method("Kernel", "method", "public_method")
def method_(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    name = rt.to_s(args[0])
    found = rt.lookup(me, name)
    if found is None:
        raise rt.no_name(me, name)
    return Object(rt.constant("Method"), (me, found))


@method("Method", "call", "()", "===", "[]")
def call_method(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    receiver, found = me.data
    return found.call(rt, receiver, args, block)


@method("Method", "to_proc")
def method_to_proc(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    receiver, found = me.data

    def run(given: list[Value], block: Proc | None = None, self: Value = None) -> Value:
        return found.call(rt, receiver, given, block)

    made = Proc(run, arity=found.arity, is_lambda=True)
    made.parameters = found.parameters
    return made


@method("Method", "unbind")
def unbind(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return Object(rt.constant("UnboundMethod"), (None, me.data[1]))


@method("UnboundMethod", "bind")
def bind(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return Object(rt.constant("Method"), (args[0], me.data[1]))


@method("UnboundMethod", "bind_call")
def bind_call(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.data[1].call(rt, args[0], args[1:], block)


@method("Method", "owner")
@method("UnboundMethod", "owner")
def owner(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.data[1].owner


@method("Method", "receiver")
def receiver(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.data[0]


@method("Method", "name")
@method("UnboundMethod", "name")
def name(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return Sym(me.data[1].name)


@method("Method", "arity")
@method("UnboundMethod", "arity")
def method_arity(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.data[1].arity


@method("Binding", "local_variable_get")
def local_variable_get(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    bound: Binding = me.data
    name = rt.to_s(args[0])
    found = bound.scope.find(name)
    if found is None:
        raise rt.raised("NameError", f"local variable `{name}' is not defined for {rt.shown(bound.frame.me)}")
    up, slot = found
    frame = bound.frame
    for _ in range(up):
        assert frame.up is not None
        frame = frame.up
    return frame.v[slot] if slot < len(frame.v) else None


@method("Binding", "local_variable_set")
def local_variable_set(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    bound: Binding = me.data
    up, slot = bound.scope.declare(rt.to_s(args[0]))
    frame = bound.frame
    for _ in range(up):
        assert frame.up is not None
        frame = frame.up
    frame.v.extend([None] * (slot + 1 - len(frame.v)))
    frame.v[slot] = args[1]
    return args[1]


@method("Binding", "local_variable_defined?")
def local_variable_defined(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.data.scope.find(rt.to_s(args[0])) is not None


@method("Binding", "local_variables")
def local_variables(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return Array(Sym(name) for name in me.data.scope.visible())


@method("Binding", "receiver")
def binding_receiver(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.data.frame.me


@method("Binding", "eval")
def evaluate(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return rt.evaluated(rt.to_s(args[0]), me, args[1:])


@method("Binding", "irb")
def irb(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    raise rt.refused("an interactive session", "leave it out")
