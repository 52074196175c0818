"""Operators: arithmetic and comparison with a short way for numbers, `!`, `&&`, `||`, `defined?`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Str, Sym, Value
from serai.util.errors import Where

QUICK: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
"""What Python does with two numbers just as Ruby does."""

WHOLE: dict[str, Callable[[Any, Any], Any]] = {"&": operator.and_, "|": operator.or_, "^": operator.xor}
"""The same, for two Integers alone."""

Operate = Callable[[Frame, Value, Value], Value]


def operate(c: Compiler, sign: str, where: Where) -> Operate:
    """What puts two values together by `sign`."""
    interp, quick = c.interp, QUICK.get(sign)
    if quick is not None:
        ready = quick

        def numbers(f: Frame, a: Value, b: Value) -> Value:
            kind = type(a)
            if (kind is int or kind is float) and ((other := type(b)) is int or other is float):
                return ready(a, b)
            interp.where = where
            return interp.dispatch(a, sign, [b], None, False)

        return numbers
    whole = WHOLE.get(sign)
    if whole is not None:
        both = whole

        def integers(f: Frame, a: Value, b: Value) -> Value:
            if type(a) is int and type(b) is int:
                return both(a, b)
            interp.where = where
            return interp.dispatch(a, sign, [b], None, False)

        return integers

    def general(f: Frame, a: Value, b: Value) -> Value:
        interp.where = where
        return interp.dispatch(a, sign, [b], None, False)

    return general


def binary_of(c: Compiler, n: Node, left: Code_, sign: str, right: Code_) -> Code_:
    made = operate(c, sign, c.where(n))
    meter = c.interp.meter
    quick = QUICK.get(sign)
    if quick is not None:
        ready, slow = quick, made

        def numbers(f: Frame) -> Value:
            a = left(f)
            b = right(f)
            if type(a) is int and type(b) is int:
                return ready(a, b)
            return slow(f, a, b)

        return numbers

    def run(f: Frame) -> Value:
        a = left(f)
        b = right(f)
        meter.left -= 1
        if meter.left < 0:
            meter.look()
        return made(f, a, b)

    return run


@node("binary")
def binary(c: Compiler, n: Node, scope: Scope) -> Code_:
    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    sign_node = n.child_by_field_name("operator")
    assert left is not None and right is not None and sign_node is not None
    sign = c.source(sign_node)
    a = c.code(left, scope)
    if sign == "=~" and left.type == "regex":
        declare_groups(c, left, scope)
    b = c.code(right, scope)
    if sign in ("&&", "and"):

        def both(f: Frame) -> Value:
            first = a(f)
            return first if first is None or first is False else b(f)

        return both
    if sign in ("||", "or"):

        def either(f: Frame) -> Value:
            first = a(f)
            return first if first is not None and first is not False else b(f)

        return either
    if sign in ("==", "!="):
        return equality(c, n, a, b, sign == "!=")
    if sign == "=~" and left.type == "regex":
        return with_groups(c, n, a, b, left, scope)
    if sign == "!~":
        match = binary_of(c, n, a, "=~", b)

        def unmatched(f: Frame) -> Value:
            found = match(f)
            return found is None or found is False  # 0 is a place

        return unmatched
    return binary_of(c, n, a, sign, b)


def equality(c: Compiler, n: Node, a: Code_, b: Code_, negated: bool) -> Code_:
    interp, where = c.interp, c.where(n)
    same = frozenset((int, Str, Sym, type(None), bool))

    def equal(f: Frame) -> Value:
        first, second = a(f), b(f)
        if type(first) is type(second) and type(first) in same:
            return (first == second) is not negated
        interp.where = where
        return interp.equal(first, second) is not negated

    return equal


def group_names(c: Compiler, n: Node) -> list[str]:
    """The named groups of a regular expression that is written out: `/(?<x>…)/ =~ s` sets x."""
    import re

    if any(kid.type == "interpolation" for kid in n.children):
        return []
    return list(dict.fromkeys(re.findall(r"\(\?<([a-z_]\w*)>", c.source(n))))


def declare_groups(c: Compiler, n: Node, scope: Scope) -> None:
    for name in group_names(c, n):
        scope.declare(name)


def with_groups(c: Compiler, n: Node, a: Code_, b: Code_, regex: Node, scope: Scope) -> Code_:
    from serai.loaders.vagrantfile.ruby.compile.assign import local_store

    match = binary_of(c, n, a, "=~", b)
    stores = [(name, local_store(*scope.declare(name))) for name in group_names(c, regex)]
    if not stores:
        return match
    interp = c.interp

    def run(f: Frame) -> Value:
        found = match(f)
        for name, store in stores:
            last = interp.last_match if found is not None else None
            store(f, None if last is None else interp.send(last, "[]", [Str(name)]))
        return found

    return run


@node("unary")
def unary(c: Compiler, n: Node, scope: Scope) -> Code_:
    sign_node, operand = n.child_by_field_name("operator"), n.child_by_field_name("operand")
    assert sign_node is not None and operand is not None
    sign = c.source(sign_node)
    if sign == "defined?":
        from serai.loaders.vagrantfile.ruby.compile.defined import defined

        return defined(c, operand, scope)
    code = c.code(operand, scope)
    interp, where = c.interp, c.where(n)
    if sign in ("!", "not"):

        def negated(f: Frame) -> Value:
            value = code(f)
            return value is None or value is False

        return negated
    name = {"-": "-@", "+": "+@"}.get(sign, sign)

    def run(f: Frame) -> Value:
        value = code(f)
        if type(value) is int or type(value) is float:
            return -value if sign == "-" else value if sign == "+" else ~int(value)
        interp.where = where
        return interp.dispatch(value, name, [], None, False)

    return run
