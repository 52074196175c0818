"""Numbers, nil, true, false, symbols, arrays, hashes and ranges."""

from __future__ import annotations

import re

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Range, Str, Sym, Value


def constantly(value: Value) -> Code_:
    """What always gives this very object: for values that cannot change."""
    return lambda f: value


@node("integer")
def integer(c: Compiler, n: Node, scope: Scope) -> Code_:
    said = c.source(n).replace("_", "").lower()
    if re.fullmatch(r"0[0-7]+", said):
        return constantly(int(said, 8))
    if said.startswith("0d"):
        said = said[2:]
    return constantly(int(said, 0))


@node("float")
def float_(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constantly(float(c.source(n).replace("_", "")))


@node("rational", "complex")
def rational(c: Compiler, n: Node, scope: Scope) -> Code_:
    raise c.refused(n, f"the number {c.said(n)}", "write it as an Integer or a Float")


@node("nil")
def nil(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constantly(None)


@node("true")
def true(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constantly(True)


@node("false")
def false(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constantly(False)


@node("simple_symbol")
def symbol(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constantly(Sym(c.source(n)[1:]))


@node("array")
def array(c: Compiler, n: Node, scope: Scope) -> Code_:
    from serai.loaders.vagrantfile.ruby.compile.arguments import items

    fixed, spread = items(c, n.children, scope)
    meter = c.interp.meter
    size = 56 + 8 * len(fixed)
    if spread is not None:
        every = spread

        def splat(f: Frame) -> Value:
            made = Array(every(f))
            meter.grow(56 + 8 * len(made))
            return made

        return splat

    def plain(f: Frame) -> Value:
        meter.grow(size)
        return Array([item(f) for item in fixed])

    return plain


def pair(c: Compiler, n: Node, scope: Scope) -> tuple[Code_, Code_]:
    """Key and value of `k: v`, `"k": v`, `k => v` and `k:`."""
    key, value = n.child_by_field_name("key"), n.child_by_field_name("value")
    assert key is not None
    if key.type == "hash_key_symbol":
        name = c.source(key)
        if value is None:
            from serai.loaders.vagrantfile.ruby.compile.variables import named

            return constantly(Sym(name)), named(c, key, name, scope)
        return constantly(Sym(name)), c.code(value, scope)
    rocket = any(child.type == "=>" for child in n.children)
    code = c.code(key, scope)
    assert value is not None
    if not rocket and key.type == "string":
        inner = code

        def symbol_key(f: Frame) -> Value:
            said = inner(f)
            return Sym(said.s)

        code = symbol_key
    return code, c.code(value, scope)


def pairs(c: Compiler, nodes: list[Node], scope: Scope) -> Code_:
    """A Hash of pairs and `**others`."""
    parts: list[tuple[Code_ | None, Code_]] = []
    for child in nodes:
        if child.type == "pair":
            parts.append(pair(c, child, scope))
        elif child.type == "hash_splat_argument":
            inner = [kid for kid in child.children if kid.is_named]
            if not inner:
                raise c.refused(child, "handing on `**` without a name", "name it: `**options`")
            parts.append((None, c.code(inner[0], scope)))
    meter, interp = c.interp.meter, c.interp
    where = c.where(nodes[0]) if nodes else None
    size = 64 + 100 * len(parts)

    def hash_(f: Frame) -> Value:
        made = Hash()
        meter.grow(size)
        for key, value in parts:
            if key is not None:
                made[key(f)] = value(f)
            else:
                more = value(f)
                if more is None:
                    continue
                if not isinstance(more, Hash):
                    if where is not None:
                        interp.where = where
                    more = interp.converted(more, "to_hash", Hash)
                meter.grow(100 * len(more))
                for k, v in more.items():
                    made[k] = v
        return made

    return hash_


@node("hash")
def hash_(c: Compiler, n: Node, scope: Scope) -> Code_:
    return pairs(c, [child for child in n.children if child.is_named and child.type != "comment"], scope)


@node("range")
def range_(c: Compiler, n: Node, scope: Scope) -> Code_:
    first, last = n.child_by_field_name("begin"), n.child_by_field_name("end")
    operator = n.child_by_field_name("operator")
    exclusive = operator is not None and c.source(operator) == "..."
    low, high = c.maybe(first, scope), c.maybe(last, scope)
    interp, where = c.interp, c.where(n)

    def made(f: Frame) -> Value:
        a, b = low(f), high(f)
        if type(a) is not type(b) and a is not None and b is not None:
            numbers = isinstance(a, int | float) and isinstance(b, int | float)
            if not numbers or isinstance(a, bool) or isinstance(b, bool):
                interp.where = where
                raise interp.raised("ArgumentError", "bad value for range")
        return Range(a, b, exclusive)

    return made


@node("file")
def file(c: Compiler, n: Node, scope: Scope) -> Code_:
    path = c.interp.path_as_run(c.name)
    return lambda f: Str(path)


@node("line")
def line(c: Compiler, n: Node, scope: Scope) -> Code_:
    return constantly(c.where(n).line)


@node("encoding")
def encoding(c: Compiler, n: Node, scope: Scope) -> Code_:
    return lambda f: c.interp.constant("Encoding::UTF_8")
