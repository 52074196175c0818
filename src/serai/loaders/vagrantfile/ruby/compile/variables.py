"""Reading variables, constants and self."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Module, Object, Value


def local(up: int, slot: int) -> Code_:
    """What reads a local variable, `up` frames out."""
    if up == 0:
        return lambda f: f.v[slot]
    if up == 1:
        return lambda f: f.up.v[slot]  # type: ignore[union-attr]
    if up == 2:
        return lambda f: f.up.up.v[slot]  # type: ignore[union-attr]

    def far(f: Frame) -> Value:
        for _ in range(up):
            f = f.up  # type: ignore[assignment]
        return f.v[slot]

    return far


def named(c: Compiler, n: Node, name: str, scope: Scope) -> Code_:
    """A name by itself: a local variable, a constant, or a method without arguments."""
    from serai.loaders.vagrantfile.ruby.compile.calls import bare_call

    found = scope.find(name)
    if found is not None:
        return local(*found)
    if name[0].isupper():
        return constant_named(c, n, name)
    return bare_call(c, n, name, scope)


@node("identifier")
def identifier(c: Compiler, n: Node, scope: Scope) -> Code_:
    name = c.source(n)
    if name == "__dir__" and scope.find(name) is None:
        return directory(c)
    return named(c, n, name, scope)


def directory(c: Compiler) -> Code_:
    from serai.loaders.vagrantfile.ruby.values import Str

    path = str(c.interp.paths[c.name].parent)
    return lambda f: Str(path)


@node("self")
def self_(c: Compiler, n: Node, scope: Scope) -> Code_:
    return lambda f: f.me


@node("constant")
def constant(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constant_named(c, n, c.source(n))


def constant_named(c: Compiler, n: Node, name: str) -> Code_:
    interp, where = c.interp, c.where(n)
    known: list[Value] = [-1, None, None]

    def read(f: Frame) -> Value:
        if known[0] == interp.constants_version and known[1] is f.nest:
            return known[2]
        interp.where = where
        value = interp.constant_in(f.nest, name)
        known[:] = (interp.constants_version, f.nest, value)
        return value

    return read


@node("scope_resolution")
def scoped(c: Compiler, n: Node, scope: Scope) -> Code_:
    outer, name_node = n.child_by_field_name("scope"), n.child_by_field_name("name")
    assert name_node is not None
    name = c.source(name_node)
    interp, where = c.interp, c.where(name_node)
    if not name[0].isupper():
        from serai.loaders.vagrantfile.ruby.compile.calls import sent

        assert outer is not None
        return sent(c, n, c.code(outer, scope), name)
    if outer is None:

        def top(f: Frame) -> Value:
            interp.where = where
            return interp.constant(name)

        return top
    inside = c.code(outer, scope)

    def read(f: Frame) -> Value:
        module = inside(f)
        interp.where = where
        return interp.constant_of(module, name)

    return read


@node("global_variable")
def global_(c: Compiler, n: Node, scope: Scope) -> Code_:
    name = c.source(n)
    interp, where = c.interp, c.where(n)
    variables = interp.globals
    if interp.is_special_global(name):

        def special(f: Frame) -> Value:
            interp.where = where
            return interp.special_global(name)

        return special
    return lambda f: variables.get(name)


def variables_of(c: Compiler, me: Value, n: Node) -> dict[str, Value]:
    """Where an object keeps its @variables."""
    if isinstance(me, Object | Module):
        return me.variables
    raise c.refused(n, f"an instance variable of {c.interp.class_name(me)}", "keep it in a Hash")


@node("instance_variable")
def instance(c: Compiler, n: Node, scope: Scope) -> Code_:
    name = c.source(n)

    def read(f: Frame) -> Value:
        me = f.me
        return (me.variables if type(me) is Object else variables_of(c, me, n)).get(name)

    return read


@node("class_variable")
def class_variable(c: Compiler, n: Node, scope: Scope) -> Code_:
    name = c.source(n)
    interp, where = c.interp, c.where(n)

    def read(f: Frame) -> Value:
        holder = interp.class_variable_holder(f.nest, name)
        if holder is None:
            interp.where = where
            raise interp.raised(
                "NameError", f"uninitialized class variable {name} in {interp.lexical_module(f.nest).name}"
            )
        return holder.variables[name]

    return read
