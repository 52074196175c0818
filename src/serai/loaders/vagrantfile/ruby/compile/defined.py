"""`defined?(x)`: what a thing is, without running it."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Module, Object, Str, Value

FIXED = {"self": "self", "nil": "nil", "true": "true", "false": "false",
         "assignment": "assignment", "operator_assignment": "assignment"}  # fmt: skip


def defined(c: Compiler, n: Node, scope: Scope) -> Code_:
    while n.type == "parenthesized_statements" and len(n.named_children) == 1:
        n = n.named_children[0]
    name, interp = c.source(n), c.interp
    if n.type in FIXED:
        fixed = FIXED[n.type]
        return lambda f: Str(fixed)
    if n.type == "identifier" and scope.find(name) is not None:
        return lambda f: Str("local-variable")
    if n.type == "instance_variable":

        def instance(f: Frame) -> Value:
            has = isinstance(f.me, Object | Module) and name in f.me.variables
            return Str("instance-variable") if has else None

        return instance
    if n.type == "global_variable":
        return lambda f: Str("global-variable") if interp.has_global(name) else None
    if n.type == "class_variable":
        return lambda f: Str("class variable") if interp.class_variable_holder(f.nest, name) else None
    if n.type == "yield":
        return lambda f: Str("yield") if f.home.block is not None else None
    if n.type == "super":
        return lambda f: Str("super") if interp.has_super(f.home, f.me) else None
    if n.type in ("constant", "scope_resolution"):
        return tried(c, c.code(n, scope), "constant")
    if n.type in ("call", "identifier"):
        return defined_call(c, n, scope)
    code = c.code(n, scope)
    kind = "method" if n.type in ("binary", "unary", "element_reference") else "expression"
    return tried(c, code, kind) if n.type == "element_reference" else (lambda f: Str(kind))


def tried(c: Compiler, code: Code_, kind: str) -> Code_:
    def run(f: Frame) -> Value:
        try:
            code(f)
        except RubyError:
            return None
        return Str(kind)

    return run


def defined_call(c: Compiler, n: Node, scope: Scope) -> Code_:
    """A method: its receiver is evaluated, the method itself is only looked for."""
    receiver, method = n.child_by_field_name("receiver"), n.child_by_field_name("method")
    name = c.source(method) if method is not None else c.source(n)
    interp = c.interp
    from serai.loaders.vagrantfile.ruby.object.framed import FRAMED

    if receiver is None:
        return lambda f: Str("method") if name in FRAMED or interp.lookup(f.me, name) is not None else None
    code = c.code(receiver, scope)

    def run(f: Frame) -> Value:
        try:
            me = code(f)
        except RubyError:
            return None
        return Str("method") if interp.responds(me, name) else None

    return run
