"""def, class, module, `class << self`, alias, undef."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.parameters import Parameters, parameters
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame, Method, Nest, Return
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Builtin, Proc, Sym, Value


def function(c: Compiler, n: Node, outer: Scope) -> tuple[str, Parameters, Code_, Scope]:
    scope = Scope("method")
    name_node, body = n.child_by_field_name("name"), n.child_by_field_name("body")
    assert name_node is not None
    params = parameters(c, n.child_by_field_name("parameters"), scope)
    scope.parameters = params
    code = c.maybe(body, scope)
    return c.source(name_node).replace(" ", ""), params, code, scope


def method_of(c: Compiler, params: Parameters, code: Code_, scope: Scope, nest: Nest, method: Method) -> Builtin:
    """What runs the method: a frame of its own, the arguments in it, the body."""
    interp, meter, names = c.interp, c.interp.meter, scope.names
    simple, count, bind = params.simple, params.count, params.bind
    returns, limit = "return" in scope.jumps, c.interp.limits.depth

    def run(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        meter.left -= 1
        if meter.left < 0:
            meter.look()
        if interp.depth >= limit:
            raise interp.too_deep()
        if simple:
            if (args and len(args) != count) or (args and hasattr(args[-1], "keywords")):
                params._named(args)
            if len(args) != count:
                raise params.wrong_number(len(args))
            frame = Frame(args + [None] * (len(names) - count), None, me, None, nest)
        else:
            frame = Frame([None] * len(names), None, me, None, nest)
        frame.block, frame.method, frame.args = block, method, args
        interp.depth += 1
        try:
            if not simple:
                bind(frame, args, True, block)
            return code(frame)
        except Return as jump:
            if returns and jump.target is frame:
                return jump.value
            raise
        finally:
            interp.depth -= 1

    return run


@node("method")
def method(c: Compiler, n: Node, outer: Scope) -> Code_:
    name, params, code, scope = function(c, n, outer)
    interp, where = c.interp, c.where(n)
    listed = params.listed()

    def define(f: Frame) -> Value:
        interp.where = where
        made = Method(name, _nothing, f.nest.module, of_file=True, arity=params.arity)
        made.parameters = listed
        made.call = method_of(c, params, code, scope, f.nest, made)
        interp.define_method(f.nest, made)
        return Sym(name)

    return define


@node("singleton_method")
def singleton(c: Compiler, n: Node, outer: Scope) -> Code_:
    target = n.child_by_field_name("object")
    assert target is not None
    whose = c.code(target, outer)
    name, params, code, scope = function(c, n, outer)
    interp, where = c.interp, c.where(n)
    listed = params.listed()

    def define(f: Frame) -> Value:
        me = whose(f)
        interp.where = where
        made = Method(name, _nothing, f.nest.module, of_file=True, arity=params.arity)
        made.parameters = listed
        made.call = method_of(c, params, code, scope, f.nest, made)
        interp.define_own(me, made)
        return Sym(name)

    return define


def _nothing(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return None


def opened(c: Compiler, n: Node) -> Code_:
    """The body of a class or module, in a frame of its own. The module is the frame's self."""
    scope = Scope("class")
    body = n.child_by_field_name("body")
    code = c.maybe(body, scope)

    def run(f: Frame) -> Value:
        module = f.me
        frame = Frame([None] * len(scope.names), None, module, None, f.nest)
        frame.block = None
        frame.method = None
        return code(frame)

    return run


@node("class", "module")
def class_(c: Compiler, n: Node, scope: Scope) -> Code_:
    name_node, above = n.child_by_field_name("name"), n.child_by_field_name("superclass")
    assert name_node is not None
    outer = None
    if name_node.type == "scope_resolution":
        inside = name_node.child_by_field_name("scope")
        outer = c.code(inside, scope) if inside is not None else None
        at_top = inside is None
        name_node = name_node.child_by_field_name("name") or name_node
    else:
        at_top = False
    name = c.source(name_node)
    parent = c.code(above.named_children[0], scope) if above is not None else None
    body = opened(c, n)
    interp, where, is_class = c.interp, c.where(n), n.type == "class"

    def run(f: Frame) -> Value:
        holder = outer(f) if outer is not None else interp.object if at_top else interp.lexical_module(f.nest)
        given = parent(f) if parent is not None else None
        interp.where = where
        module = interp.open_module(holder, f.nest, name, is_class, given, parent is not None)
        return body(Frame([], None, module, None, Nest(module, f.nest)))

    return run


@node("singleton_class")
def singleton_class(c: Compiler, n: Node, scope: Scope) -> Code_:
    value = n.child_by_field_name("value")
    assert value is not None
    whose = c.code(value, scope)
    body = opened(c, n)
    interp, where = c.interp, c.where(n)

    def run(f: Frame) -> Value:
        me = whose(f)
        interp.where = where
        module = interp.singleton(me)
        return body(Frame([], None, module, None, Nest(module, f.nest)))

    return run


@node("alias")
def alias(c: Compiler, n: Node, scope: Scope) -> Code_:
    new_node, old_node = n.child_by_field_name("name"), n.child_by_field_name("alias")
    assert new_node is not None and old_node is not None
    new, old = c.source(new_node).removeprefix(":"), c.source(old_node).removeprefix(":")
    interp, where = c.interp, c.where(n)
    if new.startswith("$"):

        def same(f: Frame) -> Value:
            interp.set_global(new, interp.globals.get(old))
            return None

        return same

    def run(f: Frame) -> Value:
        interp.where = where
        interp.alias_method(f.nest.module, new, old)
        return None

    return run


@node("undef")
def undef(c: Compiler, n: Node, scope: Scope) -> Code_:
    names = [c.source(kid).removeprefix(":") for kid in n.named_children]
    interp, where = c.interp, c.where(n)

    def run(f: Frame) -> Value:
        interp.where = where
        for name in names:
            interp.undefine_method(f.nest.module, name)
        return None

    return run
