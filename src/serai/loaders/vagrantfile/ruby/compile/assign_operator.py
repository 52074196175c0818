"""`x += 1`, `x ||= y`, `a.b &&= c`, `h[k] <<= v`: the receiver and the keys are looked at once."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.assign import Store, assigned_list, target
from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.operators import operate
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Value

Combine = Callable[[Frame, Callable[[], Value], Callable[[Value], None]], Value]


@node("operator_assignment")
def operator_assignment(c: Compiler, n: Node, scope: Scope) -> Code_:
    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    operator = n.child_by_field_name("operator")
    assert left is not None and right is not None and operator is not None
    sign = c.source(operator)[:-1]
    if left.type == "call":
        return on_attribute(c, left, right, sign, n, scope)
    if left.type == "element_reference":
        return on_element(c, left, right, sign, n, scope)
    store = target(c, left, scope)
    value = assigned_list(c, right, scope)
    return on_variable(c, left, value, store, sign, n, scope)


def on_variable(c: Compiler, left: Node, value: Code_, store: Store, sign: str, n: Node, scope: Scope) -> Code_:
    read = c.code(left, scope)
    if sign == "||":
        known = defined_first(c, left, read)

        def unless_there(f: Frame) -> Value:
            old = known(f)
            if old is not None and old is not False:
                return old
            made = value(f)
            store(f, made)
            return made

        return unless_there
    if sign == "&&":

        def if_there(f: Frame) -> Value:
            old = read(f)
            if old is None or old is False:
                return old
            made = value(f)
            store(f, made)
            return made

        return if_there
    made_of = operate(c, sign, c.where(n))

    def combined(f: Frame) -> Value:
        made = made_of(f, read(f), value(f))
        store(f, made)
        return made

    return combined


def defined_first(c: Compiler, left: Node, read: Code_) -> Code_:
    """`A ||= 1` and `@@a ||= 1` are no errors where there is no A yet."""
    if left.type not in ("constant", "class_variable", "scope_resolution"):
        return read
    from serai.loaders.vagrantfile.ruby.runtime import RubyError

    def known(f: Frame) -> Value:
        try:
            return read(f)
        except RubyError as error:
            if c.interp.is_a(error.error, "NameError"):
                return None
            raise

    return known


def changed(
    c: Compiler, sign: str, right: Node, n: Node, scope: Scope
) -> Callable[[Frame, Value], tuple[bool, Value]]:
    """(frame, old value) → (is it stored, the new value)."""
    value = assigned_list(c, right, scope)
    if sign == "||":
        return lambda f, old: (False, old) if old is not None and old is not False else (True, value(f))
    if sign == "&&":
        return lambda f, old: (False, old) if old is None or old is False else (True, value(f))
    made_of = operate(c, sign, c.where(n))
    return lambda f, old: (True, made_of(f, old, value(f)))


def on_attribute(c: Compiler, left: Node, right: Node, sign: str, n: Node, scope: Scope) -> Code_:
    from serai.loaders.vagrantfile.ruby.compile.calls import attribute

    receiver, name, safe, private = attribute(c, left, scope)
    change = changed(c, sign, right, n, scope)
    interp, where, setter = c.interp, c.where(left), name + "="

    def assign(f: Frame) -> Value:
        me = receiver(f)
        if safe and me is None:
            return None
        interp.where = where
        stored, made = change(f, interp.dispatch(me, name, [], None, private))
        if stored:
            interp.where = where
            interp.dispatch(me, setter, [made], None, private)
        return made

    return assign


def on_element(c: Compiler, left: Node, right: Node, sign: str, n: Node, scope: Scope) -> Code_:
    from serai.loaders.vagrantfile.ruby.compile.arguments import element

    receiver, keys = element(c, left, scope)
    change = changed(c, sign, right, n, scope)
    interp, where = c.interp, c.where(left)

    def assign(f: Frame) -> Value:
        me = receiver(f)
        given = keys(f)
        interp.where = where
        stored, made = change(f, interp.dispatch(me, "[]", list(given), None, False))
        if stored:
            interp.where = where
            interp.dispatch(me, "[]=", [*given, made], None, False)
        return made

    return assign
