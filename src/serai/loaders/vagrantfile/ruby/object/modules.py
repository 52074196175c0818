"""Module and Class: new, include, attr_accessor, define_method, constants, what reflection asks."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.ruby.frame import Block, Method, Nest
from serai.loaders.vagrantfile.ruby.library.register import method, own
from serai.loaders.vagrantfile.ruby.modules import UNDEFINED
from serai.loaders.vagrantfile.ruby.values import Array, Module, Object, Proc, Str, Sym, Value

Runtime = Any
"""The interpreter itself: what is here needs more of it than the contract of the library says."""


@method("Class", "new")
def new(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    made = allocate(rt, me, [], None)
    start = rt.lookup(made, "initialize")
    if start is not None:
        start.call(rt, made, args, block)
    return made


@method("Class", "allocate")
def allocate(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    if getattr(me, "attached", None) is not None:
        raise rt.raised("TypeError", "can't create instance of singleton class")
    return Object(me)


@method("Object", "initialize")
def initialize(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if args:
        raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected 0)")
    return None


@own("Class", "new")
def new_class(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    parent = args[0] if args else rt.object
    made = rt.subclass(parent, "")
    return opened(rt, made, block)


@own("Module", "new")
def new_module(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return opened(rt, Module("", is_class=False), block)


def opened(rt: Runtime, module: Module, block: Proc | None) -> Module:
    if block is not None:
        class_eval(rt, module, [module], block)
    return module


@method("Module", "class_eval", "module_eval", "class_exec", "module_exec")
def class_eval(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    if block is None:
        raise rt.refused("class_eval of a string", "give it a block")
    if isinstance(block, Block):
        block = block.inside(Nest(me, block.frame.nest, lexical=False))
    return block.body(args or [me], None, me)


@method("Module", "include", "__include")
def include(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    for mixin in reversed(args):
        if not isinstance(mixin, Module) or mixin.is_class:
            raise rt.raised("TypeError", f"wrong argument type {rt.class_name(mixin)} (expected Module)")
        if mixin not in rt.ancestors(me):
            me.included.append(mixin)
        rt.forget()
        rt.constants_version += 1
        rt.hook(mixin, "included", me)
    return me


@method("Module", "prepend")
def prepend(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    for mixin in reversed(args):
        if mixin not in me.prepended:
            me.prepended.append(mixin)
        rt.forget()
        rt.hook(mixin, "prepended", me)
    return me


@method("Kernel", "extend")
def extend(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if not isinstance(me, Module | Object):
        raise rt.refused(f"extending one {rt.class_name(me)}", "use a method that takes it")
    for mixin in args:
        if mixin not in me.extended:
            me.extended.append(mixin)
        rt.forget()
        rt.hook(mixin, "extended", me)
    return me


@method("Module", "attr_reader", "attr", "__attr_reader", "__attr")
def attr_reader(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    for name in args:
        reader(me, rt.to_s(name))
    rt.forget()
    return Array(Sym(rt.to_s(name)) for name in args)


@method("Module", "attr_writer", "__attr_writer")
def attr_writer(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    for name in args:
        writer(me, rt.to_s(name))
    rt.forget()
    return Array(Sym(rt.to_s(name) + "=") for name in args)


@method("Module", "attr_accessor", "__attr_accessor")
def attr_accessor(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    made: list[Value] = []
    for name in args:
        made += [*attr_reader(rt, me, [name], None), *attr_writer(rt, me, [name], None)]
    return Array(made)


def reader(module: Module, name: str) -> None:
    variable = "@" + name

    def read(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        if args:
            raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected 0)")
        return me.variables.get(variable)

    module.methods[name] = Method(name, read, module, of_file=True, arity=0)


def writer(module: Module, name: str) -> None:
    variable = "@" + name

    def write(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        if len(args) != 1:
            raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected 1)")
        if getattr(me, "frozen", False):
            raise rt.raised("FrozenError", f"can't modify frozen {rt.class_name(me)}: {rt.inspect(me)}")
        me.variables[variable] = args[0]
        return args[0]

    module.methods[name + "="] = Method(name + "=", write, module, of_file=True, arity=1)


@method("Module", "define_method", "__define_method")
def define_method(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    name, body = rt.to_s(args[0]), args[1] if len(args) > 1 else block
    rt.refuse_operator(me, name)
    if body is None:
        raise rt.raised("ArgumentError", "tried to create Proc object without a block")
    me.methods[name] = of_proc(rt, me, name, body)
    rt.forget()
    return Sym(name)


def of_proc(rt: Runtime, owner: Module, name: str, body: Value) -> Method:
    """A method whose body is a block: self is the receiver, `return` leaves it."""
    if isinstance(body, Object) and isinstance(body.data, tuple):
        bound: Method = body.data[1]
        return bound.copy(name=name, owner=owner)
    proc: Proc = rt.to_proc(body)
    if isinstance(proc, Block):
        again = proc.make(proc.frame)
        again.is_lambda = True
        again.me = proc.me
        proc = again
    given = proc

    def run(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        if rt.depth >= rt.limits.depth:
            raise rt.too_deep()
        rt.depth += 1
        try:
            return given.body(args, block, me)
        finally:
            rt.depth -= 1

    made = Method(name, run, owner, of_file=True, arity=proc.arity)
    made.parameters = proc.parameters
    return made


@method("Kernel", "define_singleton_method")
def define_singleton_method(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    name = rt.to_s(args[0])
    rt.define_own(me, of_proc(rt, rt.object, name, args[1] if len(args) > 1 else block))
    return Sym(name)


@method("Kernel", "singleton_class")
def singleton_class(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return rt.singleton(me)


@method("Module", "remove_method", "undef_method")
def remove_method(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    for name in args:
        if me.methods.pop(rt.to_s(name), None) is None:
            rt.undefine_method(me, rt.to_s(name))
    rt.forget()
    return me


@method("Module", "alias_method")
def alias_method(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    rt.alias_method(me, rt.to_s(args[0]), rt.to_s(args[1]))
    return Sym(rt.to_s(args[0]))


def _visibility(name: str) -> None:
    def change(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
        return rt.set_visibility(me, name, args)

    method("Module", name)(change)


for _name in ("public", "private", "protected", "module_function"):
    _visibility(_name)


@method("Module", "private_class_method")
def private_class_method(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    for name in rt.flat_names(args):
        found = rt.find_own(me, name)
        if found is not None:
            me.own[name] = found.copy(visibility="private")
    rt.forget()
    return None


@method("Module", "public_class_method", "private_constant", "deprecate_constant")
def without_effect(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return None


@method("Module", "name")
def name(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return Str(me.name) if me.name else None


@method("Module", "to_s", "inspect")
def to_s(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return Str(me.name or f"#<{'Class' if me.is_class else 'Module'}:0x{id(me):016x}>")


@method("Module", "===")
def has_instance(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return rt.is_kind(args[0], me)


@method("Module", "<=")
def below(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    if not isinstance(args[0], Module):
        raise rt.raised("TypeError", "compared with non class/module")
    if args[0] in rt.ancestors(me):
        return True
    return False if me in rt.ancestors(args[0]) else None


@method("Module", "<")
def strictly_below(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return False if args[0] is me else below(rt, me, args, block)


@method("Module", ">=", ">")
def above(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    if not isinstance(args[0], Module):
        raise rt.raised("TypeError", "compared with non class/module")
    return strictly_below(rt, args[0], [me], block)


@method("Module", "<=>")
def order(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    other = args[0]
    if other is me or not isinstance(other, Module):
        return 0 if other is me else None
    if other in rt.ancestors(me):
        return -1
    return 1 if me in rt.ancestors(other) else None


@method("Module", "ancestors")
def ancestors(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    found = rt.ancestors(me)
    return Array([*found, rt.constant("BasicObject")] if me.is_class else found)


@method("Module", "include?")
def includes(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return args[0] is not me and not args[0].is_class and args[0] in rt.ancestors(me)


@method("Module", "included_modules")
def included_modules(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return Array(module for module in rt.ancestors(me) if not module.is_class and module is not me)


@method("Class", "superclass")
def superclass(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return me.parent if me.parent is not None or me is not rt.object else rt.constant("BasicObject")


@method("Module", "instance_methods", "public_instance_methods")
def instance_methods(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    modules = [me] if args and args[0] is False else [m for m in rt.ancestors(me) if m is not rt.object]
    names: dict[str, None] = {}
    for module in modules:
        for known, entry in module.methods.items():
            if entry is not UNDEFINED and getattr(entry, "visibility", "public") != "private":
                names[known] = None
    return Array(Sym(known) for known in names)


@method("Module", "instance_method")
def instance_method(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    found = rt.find(me, rt.to_s(args[0]))
    if found is None:
        raise rt.raised("NameError", f"undefined method `{rt.to_s(args[0])}' for class `{me.name}'")
    return Object(rt.constant("UnboundMethod"), (None, found))


@method("Module", "method_defined?", "instance_methods_include?", "public_method_defined?")
def method_defined(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    found = rt.find(me, rt.to_s(args[0]))
    return found is not None and found.visibility != "private"


@method("Module", "private_method_defined?")
def private_method_defined(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    found = rt.find(me, rt.to_s(args[0]))
    return found is not None and found.visibility == "private"


@method("Module", "const_get")
def const_get(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    value: Value = me
    for part in rt.to_s(args[0]).split("::"):
        value = rt.constant_of(value, part, inherited=value is me)
    return value


@method("Module", "const_set")
def const_set(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    rt.set_constant(me, rt.to_s(args[0]), args[1])
    return args[1]


@method("Module", "const_defined?")
def const_defined(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    from serai.loaders.vagrantfile.ruby.runtime import RubyError

    try:
        const_get(rt, me, args, None)
    except RubyError:
        return False
    return True


@method("Module", "remove_const")
def remove_const(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    rt.constants_version += 1
    return me.constants.pop(rt.to_s(args[0]), None)


@method("Module", "constants")
def constants(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return Array(Sym(known) for known in me.constants)


@method("Module", "class_variable_get")
def class_variable_get(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return me.variables.get(rt.to_s(args[0]))


@method("Module", "class_variable_set")
def class_variable_set(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    me.variables[rt.to_s(args[0])] = args[1]
    return args[1]


@method("Module", "class_variable_defined?")
def class_variable_defined(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return rt.to_s(args[0]) in me.variables


@method("Module", "class_variables")
def class_variables(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return Array(Sym(known) for known in me.variables if known.startswith("@@"))


@method("Module", "module_eval_string", "refine")
def refused(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    raise rt.refused("this", "--ruby runs the file by a real Ruby")
