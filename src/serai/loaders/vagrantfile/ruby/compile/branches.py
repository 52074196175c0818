"""if, unless, the modifiers, the conditional, case/when, `and so on`: what takes one way or another."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node, nothing
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Value


@node("then", "else", "block_body", "parenthesized_statements", "do", "body_statement", "begin")
def statements(c: Compiler, n: Node, scope: Scope) -> Code_:
    """A run of statements, with what rescue, else and ensure do around them where they are there."""
    kids = [kid for kid in n.children if kid.is_named]
    if any(kid.type in ("rescue", "ensure") for kid in kids):
        from serai.loaders.vagrantfile.ruby.compile.rescues import guarded

        return guarded(c, kids, scope)
    return c.body(kids, scope)


def either_way(condition: Code_, yes: Code_, no: Code_) -> Code_:
    def run(f: Frame) -> Value:
        value = condition(f)
        return no(f) if value is None or value is False else yes(f)

    return run


def condition_of(c: Compiler, n: Node, scope: Scope) -> Code_:
    """A condition. A range of conditions would be Perl's flip-flop."""
    test = n
    while test.type == "parenthesized_statements" and len(test.named_children) == 1:
        test = test.named_children[0]
    if test.type == "range":
        ends = [test.child_by_field_name("begin"), test.child_by_field_name("end")]
        if not all(end is not None and end.type == "integer" for end in ends):
            raise c.refused(n, "a flip-flop", "keep the state in a variable")
    return c.code(n, scope)


@node("if", "elsif", "unless", "conditional")
def if_(c: Compiler, n: Node, scope: Scope) -> Code_:
    test = n.child_by_field_name("condition")
    assert test is not None
    condition = condition_of(c, test, scope)
    yes = c.maybe(n.child_by_field_name("consequence"), scope)
    no = c.maybe(n.child_by_field_name("alternative"), scope)
    return either_way(condition, no, yes) if n.type == "unless" else either_way(condition, yes, no)


@node("if_modifier", "unless_modifier")
def modifier(c: Compiler, n: Node, scope: Scope) -> Code_:
    body, test = n.child_by_field_name("body"), n.child_by_field_name("condition")
    assert body is not None and test is not None
    # In the order of the text: `x = 1 if x.nil?` knows x in its condition.
    code = c.code(body, scope)
    condition = condition_of(c, test, scope)
    return (
        either_way(condition, nothing, code)
        if n.type == "unless_modifier"
        else either_way(condition, code, nothing)
    )


@node("case")
def case(c: Compiler, n: Node, scope: Scope) -> Code_:
    value_node = n.child_by_field_name("value")
    value = None if value_node is None else c.code(value_node, scope)
    clauses: list[tuple[list[tuple[bool, Code_]], Code_]] = []
    otherwise: Code_ = nothing
    for kid in n.children:
        if kid.type == "when":
            clauses.append((patterns(c, kid, scope), c.maybe(kid.child_by_field_name("body"), scope)))
        elif kid.type == "else":
            otherwise = c.code(kid, scope)
    interp, where = c.interp, c.where(n)

    def run(f: Frame) -> Value:
        subject = value(f) if value is not None else None
        for tests, body in clauses:
            for spread, test in tests:
                made = test(f)
                for one in made if spread else (made,):
                    if value is None:
                        if one is not None and one is not False:
                            return body(f)
                    else:
                        interp.where = where
                        if interp.matches(one, subject):
                            return body(f)
        return otherwise(f)

    return run


def patterns(c: Compiler, n: Node, scope: Scope) -> list[tuple[bool, Code_]]:
    """What stands after `when`: (is it spread, its code)."""
    from serai.loaders.vagrantfile.ruby.compile.arguments import spread

    made: list[tuple[bool, Code_]] = []
    for kid in n.children_by_field_name("pattern"):
        inner = kid.named_children[0]
        if inner.type == "splat_argument":
            made.append((True, spread(c, inner, scope)))
        else:
            made.append((False, c.code(inner, scope)))
    return made
