"""begin/rescue/else/ensure/retry, and the rescue modifier."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.assign import Store, target
from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.exceptions import FAULTS
from serai.loaders.vagrantfile.ruby.frame import Frame, Retry
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Value

Clause = tuple[list[tuple[bool, Code_]], Store | None, Code_]
"""(classes: (is it spread, code); none for StandardError), where the error goes, the body."""


def guarded(c: Compiler, kids: list[Node], scope: Scope) -> Code_:
    """The statements of a body that has rescue or ensure."""
    plain = [kid for kid in kids if kid.type not in ("rescue", "else", "ensure")]
    code = c.body(plain, scope)
    clauses = [clause(c, kid, scope) for kid in kids if kid.type == "rescue"]
    otherwise = next((c.code(kid, scope) for kid in kids if kid.type == "else"), None)
    at_last = next((c.body(kid.children, scope) for kid in kids if kid.type == "ensure"), None)
    if clauses:
        code = rescued(c, code, clauses, otherwise)
    elif otherwise is not None:
        first, then = code, otherwise

        def both(f: Frame) -> Value:
            first(f)
            return then(f)

        code = both
    return code if at_last is None else ensured(code, at_last)


def ensured(code: Code_, at_last: Code_) -> Code_:
    def run(f: Frame) -> Value:
        try:
            return code(f)
        finally:
            at_last(f)

    return run


def clause(c: Compiler, n: Node, scope: Scope) -> Clause:
    from serai.loaders.vagrantfile.ruby.compile.arguments import spread

    kinds: list[tuple[bool, Code_]] = []
    named = n.child_by_field_name("exceptions")
    for kid in named.named_children if named is not None else []:
        if kid.type == "splat_argument":
            kinds.append((True, spread(c, kid, scope)))
        else:
            kinds.append((False, c.code(kid, scope)))
    variable = n.child_by_field_name("variable")
    store = None if variable is None else target(c, variable.named_children[0], scope)
    return kinds, store, c.maybe(n.child_by_field_name("body"), scope)


def rescued(c: Compiler, code: Code_, clauses: list[Clause], otherwise: Code_ | None) -> Code_:
    interp, meter = c.interp, c.interp.meter

    def run(f: Frame) -> Value:
        while True:
            meter.left -= 1
            if meter.left < 0:
                meter.look()
            depth = interp.depth
            try:
                value = code(f)
            except (RubyError, *FAULTS) as fault:
                error = fault if isinstance(fault, RubyError) else interp.as_ruby(fault)
                interp.depth = depth
                body = chosen(f, error)
                if body is None:
                    if error is fault:
                        raise
                    raise error from fault
                before, interp.error = interp.error, error.error
                try:
                    return body(f)
                except Retry:
                    continue
                finally:
                    interp.error = before
            return value if otherwise is None else otherwise(f)

    def chosen(f: Frame, error: RubyError) -> Code_ | None:
        for kinds, store, body in clauses:
            if fits(f, kinds, error):
                if store is not None:
                    store(f, error.error)
                return body
        return None

    def fits(f: Frame, kinds: list[tuple[bool, Code_]], error: RubyError) -> bool:
        if not kinds:
            return interp.is_a(error.error, "StandardError")
        for spread, kind in kinds:
            made = kind(f)
            for one in made if spread else (made,):
                if interp.rescues(one, error.error):
                    return True
        return False

    return run


@node("rescue_modifier")
def modifier(c: Compiler, n: Node, scope: Scope) -> Code_:
    body, handler = n.child_by_field_name("body"), n.child_by_field_name("handler")
    assert body is not None and handler is not None
    if body.type == "assignment":
        return assigned(c, body, handler, scope)
    return rescued(c, c.code(body, scope), [([], None, c.code(handler, scope))], None)


def assigned(c: Compiler, n: Node, handler: Node, scope: Scope) -> Code_:
    """`x = a rescue b` is `x = (a rescue b)`."""
    from serai.loaders.vagrantfile.ruby.compile.assign import assigned_list

    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    assert left is not None and right is not None
    store = target(c, left, scope)
    value = rescued(c, assigned_list(c, right, scope), [([], None, c.code(handler, scope))], None)

    def assign(f: Frame) -> Value:
        made = value(f)
        store(f, made)
        return made

    return assign
