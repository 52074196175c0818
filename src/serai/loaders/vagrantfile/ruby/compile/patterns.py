"""case/in, `x => pattern`, `x in pattern`: Ruby's pattern matching."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.assign import local_store
from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Sym, Value

Fits = Callable[[Frame, Value], bool]
"""Whether a value fits; binds the pattern's variables on the way."""


@node("case_match")
def case_match(c: Compiler, n: Node, scope: Scope) -> Code_:
    value_node = n.child_by_field_name("value")
    assert value_node is not None
    value = c.code(value_node, scope)
    clauses: list[tuple[Fits, Code_ | None, bool, Code_]] = []
    for kid in n.children_by_field_name("clauses"):
        pattern, guard = kid.child_by_field_name("pattern"), kid.child_by_field_name("guard")
        assert pattern is not None
        fits = fitting(c, pattern, scope)
        test = None if guard is None else c.code(guard.named_children[0], scope)
        wanted = guard is None or guard.type == "if_guard"
        clauses.append((fits, test, wanted, c.maybe(kid.child_by_field_name("body"), scope)))
    else_node = n.child_by_field_name("else")
    otherwise = None if else_node is None else c.code(else_node, scope)
    interp, where = c.interp, c.where(n)

    def run(f: Frame) -> Value:
        subject = value(f)
        interp.where = where
        for fits, test, wanted, body in clauses:
            if fits(f, subject) and (test is None or truthy(test(f)) is wanted):
                return body(f)
        if otherwise is not None:
            return otherwise(f)
        interp.where = where
        raise interp.raised("NoMatchingPatternError", interp.inspect(subject))

    return run


@node("match_pattern", "test_pattern")
def match(c: Compiler, n: Node, scope: Scope) -> Code_:
    value_node = n.child_by_field_name("value")
    assert value_node is not None
    return matched(c, n, c.code(value_node, scope), scope)


def matched(c: Compiler, n: Node, value: Code_, scope: Scope) -> Code_:
    """`=>` raises where the pattern does not fit, `in` says whether it does."""
    pattern = n.child_by_field_name("pattern")
    assert pattern is not None
    fits = fitting(c, pattern, scope)
    interp, where, must = c.interp, c.where(n), n.type == "match_pattern"

    def run(f: Frame) -> Value:
        subject = value(f)
        interp.where = where
        found = fits(f, subject)
        if must and not found:
            raise interp.raised("NoMatchingPatternError", interp.inspect(subject))
        return None if must else found

    return run


def fitting(c: Compiler, n: Node, scope: Scope) -> Fits:
    make = PATTERNS.get(n.type)
    if make is not None:
        return make(c, n, scope)
    code, interp = c.code(n, scope), c.interp
    return lambda f, value: interp.matches(code(f), value)


def variable(c: Compiler, n: Node, scope: Scope) -> Fits:
    store = local_store(*scope.declare(c.source(n)))

    def bind(f: Frame, value: Value) -> bool:
        store(f, value)
        return True

    return bind


def alternatives(c: Compiler, n: Node, scope: Scope) -> Fits:
    made = [fitting(c, kid, scope) for kid in n.children_by_field_name("alternatives")]
    return lambda f, value: any(fits(f, value) for fits in made)


def as_pattern(c: Compiler, n: Node, scope: Scope) -> Fits:
    value, name = n.child_by_field_name("value"), n.child_by_field_name("name")
    assert value is not None and name is not None
    fits, bind = fitting(c, value, scope), variable(c, name, scope)
    return lambda f, given: fits(f, given) and bind(f, given)


def parenthesized(c: Compiler, n: Node, scope: Scope) -> Fits:
    return fitting(c, n.named_children[0], scope)


def reference(c: Compiler, n: Node, scope: Scope) -> Fits:
    """`^x`, `^(x + 1)`."""
    code, interp = c.code(n.named_children[0], scope), c.interp
    return lambda f, value: interp.matches(code(f), value)


def array(c: Compiler, n: Node, scope: Scope) -> Fits:
    class_node = n.child_by_field_name("class")
    kind = None if class_node is None else c.code(class_node, scope)
    kids = [kid for kid in n.named_children if kid != class_node]
    splat = next((index for index, kid in enumerate(kids) if kid.type == "splat_parameter"), -1)
    made: list[Fits] = []
    for kid in kids:
        if kid.type == "splat_parameter":
            name = kid.child_by_field_name("name")
            made.append(variable(c, name, scope) if name is not None else lambda f, value: True)
        else:
            made.append(fitting(c, kid, scope))
    # `in a,` takes more than one, too.
    open_end = splat < 0 and bool(n.children) and n.children[-1].type == ","
    interp = c.interp

    def fits(f: Frame, value: Value) -> bool:
        if kind is not None and not interp.matches(kind(f), value):
            return False
        listed = interp.deconstructed(value)
        if listed is None:
            return False
        if splat < 0:
            enough = len(listed) >= len(made) if open_end else len(listed) == len(made)
            return enough and all(fit(f, item) for fit, item in zip(made, listed, strict=False))
        after = len(made) - splat - 1
        if len(listed) < len(made) - 1:
            return False
        middle = Array(listed[splat : len(listed) - after])
        parts = [*listed[:splat], middle, *listed[len(listed) - after :]]
        return all(fit(f, item) for fit, item in zip(made, parts, strict=True))

    return fits


def hash_(c: Compiler, n: Node, scope: Scope) -> Fits:
    class_node = n.child_by_field_name("class")
    kind = None if class_node is None else c.code(class_node, scope)
    wanted: list[tuple[Sym, Fits]] = []
    rest: Fits | None = None
    nothing_else = False
    for kid in n.named_children:
        if kid.type == "keyword_pattern":
            key, value = kid.child_by_field_name("key"), kid.child_by_field_name("value")
            assert key is not None
            name = c.source(key).strip("\"'")
            fits = variable(c, key, scope) if value is None else fitting(c, value, scope)
            wanted.append((Sym(name), fits))
        elif kid.type == "hash_splat_parameter":
            name_node = kid.child_by_field_name("name")
            rest = variable(c, name_node, scope) if name_node is not None else None
        elif kid.type == "hash_splat_nil":
            nothing_else = True
    empty = not wanted and rest is None
    interp = c.interp

    def fit(f: Frame, value: Value) -> bool:
        if kind is not None and not interp.matches(kind(f), value):
            return False
        given = interp.deconstructed_keys(value)
        if given is None or (empty and len(given)):
            return False
        left = Hash(given.items())
        for key, test in wanted:
            if key not in left or not test(f, left[key]):
                return False
            del left[key]
        if nothing_else and len(left):
            return False
        return rest is None or rest(f, left)

    return fit


def find(c: Compiler, n: Node, scope: Scope) -> Fits:
    raise c.refused(n, "a find pattern", "use `find` or `any?`")


PATTERNS: dict[str, Callable[[Compiler, Node, Scope], Fits]] = {
    "identifier": variable,
    "alternative_pattern": alternatives,
    "as_pattern": as_pattern,
    "parenthesized_pattern": parenthesized,
    "variable_reference_pattern": reference,
    "expression_reference_pattern": reference,
    "array_pattern": array,
    "hash_pattern": hash_,
    "find_pattern": find,
}
