"""Calling methods: with and without receiver, `&.`, `a[i]`, `.()`, super, yield."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.arguments import Arguments, arguments, clear_keywords, element
from serai.loaders.vagrantfile.ruby.compile.blocks import block_literal
from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Break, Frame
from serai.loaders.vagrantfile.ruby.object.framed import FRAMED
from serai.loaders.vagrantfile.ruby.values import Hash, Value
from serai.util.errors import Where

REFUSED = {
    "refine": "refine",
    "using": "using",
    "fork": "fork",
    "callcc": "callcc",
    "set_trace_func": "set_trace_func",
}
"""Methods of Kernel that are refused wherever they stand alone."""


AMBIGUOUS = frozenset("-+*&[/%<?:(")
"""What an operator begins with, and an argument may, too."""


def me_of(f: Frame) -> Value:
    return f.me


def bare_call(c: Compiler, n: Node, name: str, scope: Scope) -> Code_:
    """A name that is no local variable: a method of self without arguments."""
    if name in ("__FILE__", "__LINE__", "__ENCODING__"):
        from serai.loaders.vagrantfile.ruby.compile import literals

        return {"__FILE__": literals.file, "__LINE__": literals.line}.get(name, literals.encoding)(c, n, scope)
    return self_call(c, n, name, Arguments(), None, scope, bare=True)


def self_call(
    c: Compiler, n: Node, name: str, args: Arguments, block: Node | None, scope: Scope, bare: bool = False
) -> Code_:
    if name in REFUSED:
        raise c.refused(n, REFUSED[name])
    where = c.where(n)
    framed = FRAMED.get(name)
    if framed is None:
        return call_of(c, where, me_of, name, args, block, scope, private=True, bare=bare)
    listed, block_of = args.listed(), block_code(c, args, block, scope)
    interp = c.interp

    def call(f: Frame) -> Value:
        given = listed(f)
        blk = block_of(f) if block_of is not None else None
        interp.where = where
        own = interp.lookup(f.me, name)
        try:
            if own is not None and own.of_file:
                return own.call(interp, f.me, given, blk)
            interp.framed_name = name
            return framed(interp, f, given, blk, scope)
        except Break as jump:
            if jump.target is blk and blk is not None:
                return jump.value
            raise

    return call


def block_code(c: Compiler, args: Arguments, block: Node | None, scope: Scope) -> Code_ | None:
    return block_literal(c, block, scope) if block is not None else args.block


def sent(c: Compiler, n: Node, receiver: Code_, name: str) -> Code_:
    return call_of(c, c.where(n), receiver, name, Arguments(), None, Scope("file"))


def call_of(
    c: Compiler,
    where: Where,
    receiver: Code_,
    name: str,
    args: Arguments,
    block: Node | None,
    scope: Scope,
    *,
    private: bool = False,
    safe: bool = False,
    bare: bool = False,
) -> Code_:
    """The call itself. `private`: the receiver is self, so that private methods answer, too."""
    interp = c.interp
    meter, by_type, find, other = interp.meter, interp.by_type, interp.find, interp.find_other
    blk_of = block_code(c, args, block, scope)
    listed = args.listed()
    keywords = args.has_keywords

    if blk_of is None and not safe and not keywords:

        def plain(f: Frame) -> Value:
            me = receiver(f)
            given = listed(f)
            meter.left -= 1
            interp.where = where
            if meter.left < 0:
                meter.look()
            kind = by_type.get(type(me))
            method = (kind.cache.get(name) or find(kind, name)) if kind is not None else other(me, name)
            if method is None:
                return interp.missing(me, name, given, None, scope.visible() if bare else None)
            if method.visibility != "public" and not private:
                interp.check_visible(f.me, me, method, name, given)
            return method.call(interp, me, given, None)

        return plain

    def call(f: Frame) -> Value:
        me = receiver(f)
        if safe and me is None:
            return None
        given = listed(f)
        blk = blk_of(f) if blk_of is not None else None
        meter.left -= 1
        interp.where = where
        if meter.left < 0:
            meter.look()
        kind = by_type.get(type(me))
        method = (kind.cache.get(name) or find(kind, name)) if kind is not None else other(me, name)
        try:
            if method is None:
                return interp.missing(me, name, given, blk)
            if method.visibility != "public" and not private:
                interp.check_visible(f.me, me, method, name, given)
            return method.call(interp, me, given, blk)
        except Break as jump:
            if jump.target is blk and blk is not None:
                return jump.value
            raise
        finally:
            if keywords:
                clear_keywords(given)

    return call


@node("call")
def call(c: Compiler, n: Node, scope: Scope) -> Code_:
    receiver, method = n.child_by_field_name("receiver"), n.child_by_field_name("method")
    list_node, block = n.child_by_field_name("arguments"), n.child_by_field_name("block")
    if method is not None and method.type == "super":
        return super_call(c, n, list_node, block, scope)
    name = "call" if method is None else c.source(method)
    if receiver is None:
        if list_node is not None and block is None and scope.find(name) is not None:
            return misread(c, n, name, list_node, scope)
        return self_call(c, n, name, arguments(c, list_node, scope), block, scope)
    operator = n.child_by_field_name("operator")
    safe = operator is not None and c.source(operator) == "&."
    return call_of(
        c,
        c.where(method or n),
        c.code(receiver, scope),
        name,
        arguments(c, list_node, scope),
        block,
        scope,
        private=receiver.type == "self",
        safe=safe,
    )


def misread(c: Compiler, n: Node, name: str, list_node: Node, scope: Scope) -> Code_:
    """`x -1`, `x [1]`, `x *y` with a local variable x: operators, though the grammar, which knows no variables,
    takes them for a call. With parentheses it is a call."""
    from serai.loaders.vagrantfile.ruby.compile.operators import binary_of
    from serai.loaders.vagrantfile.ruby.compile.variables import named

    first = list_node.children[0]
    if first.type == "(":
        return self_call(c, n, name, arguments(c, list_node, scope), None, scope)
    if c.source(first)[0] not in AMBIGUOUS:
        return self_call(c, n, name, arguments(c, list_node, scope), None, scope)
    variable = named(c, n, name, scope)
    if len(list_node.named_children) != 1:
        raise c.refused(
            n, f"'{c.said(n)}', where '{name}' is a variable", "put blanks on both sides of the operator"
        )
    if first.type == "unary":
        operand, operator = first.child_by_field_name("operand"), first.child_by_field_name("operator")
        if operand is not None and operator is not None and c.source(operator) in "+-":
            return binary_of(c, n, variable, c.source(operator), c.code(operand, scope))
    if first.type in ("integer", "float") and c.source(first)[0] in "+-":
        text = c.source(first)
        number = int(text[1:]) if first.type == "integer" else float(text[1:])
        return binary_of(c, n, variable, text[0], lambda f: number)
    if first.type in ("splat_argument", "block_argument", "hash_splat_argument"):
        sign = first.children[0].type
        return binary_of(c, n, variable, sign, c.code(first.named_children[0], scope))
    if first.type == "array":
        args = Arguments()
        inner = arguments(c, first, scope)
        args.fixed, args.every = inner.fixed, inner.every
        return call_of(c, c.where(n), variable, "[]", args, None, scope)
    raise c.refused(n, f"'{c.said(n)}', where '{name}' is a variable", "put blanks on both sides of the operator")


def attribute(c: Compiler, n: Node, scope: Scope) -> tuple[Code_, str, bool, bool]:
    """Of `a.b` on the left of an assignment: (receiver, name, is it `&.`, is the receiver self)."""
    receiver, method = n.child_by_field_name("receiver"), n.child_by_field_name("method")
    if receiver is None or method is None or n.child_by_field_name("arguments") is not None:
        raise c.refused(n, f"an assignment to '{c.said(n)}'")
    operator = n.child_by_field_name("operator")
    safe = operator is not None and c.source(operator) == "&."
    return c.code(receiver, scope), c.source(method), safe, receiver.type == "self"


@node("element_reference")
def element_reference(c: Compiler, n: Node, scope: Scope) -> Code_:
    receiver, keys = element(c, n, scope)
    args = Arguments()
    args.every = keys
    return call_of(c, c.where(n), receiver, "[]", args, n.child_by_field_name("block"), scope)


@node("super")
def bare_super(c: Compiler, n: Node, scope: Scope) -> Code_:
    return super_call(c, n, None, None, scope)


def super_call(c: Compiler, n: Node, list_node: Node | None, block: Node | None, scope: Scope) -> Code_:
    """`super(…)`; without a list the method's own arguments are handed on, as its variables now have them."""
    from serai.loaders.vagrantfile.ruby.compile.parameters import Parameters

    args = arguments(c, list_node, scope)
    interp, where = c.interp, c.where(n)
    listed, blk_of = args.listed(), block_code(c, args, block, scope)
    implicit = list_node is None
    handed = scope.method().parameters if implicit else None
    if implicit and not isinstance(handed, Parameters):
        raise c.refused(n, "super outside of a method", "write its arguments: super(…)")

    def call(f: Frame) -> Value:
        home = f.home
        given = handed.handed_on(home) if isinstance(handed, Parameters) else listed(f)
        blk = blk_of(f) if blk_of is not None else home.block
        interp.where = where
        try:
            return interp.call_super(home, f.me, given, blk)
        except Break as jump:
            if jump.target is blk and blk is not None:
                return jump.value
            raise
        finally:
            clear_keywords(given)

    return call


@node("yield")
def yield_(c: Compiler, n: Node, scope: Scope) -> Code_:
    list_node = next((kid for kid in n.children if kid.type == "argument_list"), None)
    args = arguments(c, list_node, scope)
    listed, interp, where = args.listed(), c.interp, c.where(n)

    def run(f: Frame) -> Value:
        block = f.home.block
        if block is None:
            interp.where = where
            raise interp.raised("LocalJumpError", "no block given (yield)")
        given = listed(f)
        interp.where = where
        return block.body(given, None, None)

    return run


@node("forward_argument")
def forward(c: Compiler, n: Node, scope: Scope) -> Code_:
    from serai.loaders.vagrantfile.ruby.compile.variables import local

    found = scope.find("...")
    if found is None:
        raise c.refused(n, "`...` here", "name the arguments")
    read = local(*found)

    def given(f: Frame) -> Value:
        listed = list(read(f))
        if listed and type(listed[-1]) is Hash and listed[-1].keywords:
            listed[-1] = Hash(listed[-1].items(), keywords=True)
        return listed

    return given
