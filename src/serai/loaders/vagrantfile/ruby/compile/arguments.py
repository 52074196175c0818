"""The arguments of a call: fixed ones, `*spread`, `key: value`, `**more`, `&block`."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Hash, Proc, Value

Listed = Callable[[Frame], list[Value]]


class Arguments:
    """Compiled arguments. `fixed` are all there are where `every` is None."""

    __slots__ = ("block", "every", "fixed", "has_keywords")

    def __init__(self) -> None:
        self.fixed: list[Code_] = []
        self.every: Listed | None = None
        self.block: Callable[[Frame], Proc | None] | None = None
        self.has_keywords = False

    def listed(self) -> Listed:
        """What gives all arguments as a list."""
        if self.every is not None:
            return self.every
        fixed = self.fixed
        if not fixed:
            return lambda f: []
        if len(fixed) == 1:
            only = fixed[0]
            return lambda f: [only(f)]
        if len(fixed) == 2:
            first, second = fixed
            return lambda f: [first(f), second(f)]
        return lambda f: [item(f) for item in fixed]


def items(c: Compiler, nodes: list[Node], scope: Scope) -> tuple[list[Code_], Listed | None]:
    """Of an array's or a list's nodes: (the items, None), or ([], what gives all) where one is spread.
    `k: v` at the end are one Hash."""
    made: list[tuple[bool, Code_]] = []
    keys: list[Node] = []
    for child in nodes:
        if not child.is_named or child.type in ("comment", "heredoc_body"):
            continue
        if child.type in ("pair", "hash_splat_argument"):
            keys.append(child)
        elif child.type == "splat_argument":
            made.append((True, spread(c, child, scope)))
        else:
            made.append((False, c.code(child, scope)))
    if keys:
        from serai.loaders.vagrantfile.ruby.compile.literals import pairs

        made.append((False, pairs(c, keys, scope)))
    if not any(is_spread for is_spread, _ in made):
        return [code for _, code in made], None
    return [], flattened(c, made)


def flattened(c: Compiler, made: list[tuple[bool, Code_]]) -> Listed:
    parts = tuple(made)

    def every(f: Frame) -> list[Value]:
        given: list[Value] = []
        for is_spread, code in parts:
            if is_spread:
                given += code(f)
            else:
                given.append(code(f))
        return given

    return every


def spread(c: Compiler, n: Node, scope: Scope) -> Code_:
    """`*x` as a Python list: an Array's items, a Range's or a Hash's, nothing of nil, else x itself."""
    inner = [kid for kid in n.children if kid.is_named]
    if not inner:
        from serai.loaders.vagrantfile.ruby.compile.variables import local

        found = scope.find("*")
        if found is None:
            raise c.refused(n, "`*` without a name here", "name it: `*rest`")
        return local(*found)
    code = c.code(inner[0], scope)
    interp, where = c.interp, c.where(n)

    def given(f: Frame) -> Value:
        value = code(f)
        interp.where = where
        return interp.splat(value)

    return given


def arguments(c: Compiler, n: Node | None, scope: Scope) -> Arguments:
    """Of an argument_list node, or of none."""
    args = Arguments()
    if n is None:
        return args
    made: list[tuple[bool, Code_]] = []
    keys: list[Node] = []
    for child in n.children:
        if not child.is_named or child.type in ("comment", "heredoc_body"):
            continue
        if child.type in ("pair", "hash_splat_argument"):
            keys.append(child)
        elif child.type == "splat_argument":
            made.append((True, spread(c, child, scope)))
        elif child.type == "block_argument":
            args.block = block_argument(c, child, scope)
        elif child.type == "forward_argument":
            made.append((True, c.code(child, scope)))
            args.block = forwarded_block
        else:
            made.append((False, c.code(child, scope)))
    args.has_keywords = bool(keys)
    if not keys and not any(is_spread for is_spread, _ in made):
        args.fixed = [code for _, code in made]
        return args
    args.every = flattened(c, made)
    if keys:
        args.every = with_keywords(c, args.every, keys, scope)
    return args


def with_keywords(c: Compiler, every: Listed, keys: list[Node], scope: Scope) -> Listed:
    from serai.loaders.vagrantfile.ruby.compile.literals import pairs

    hash_ = pairs(c, keys, scope)
    only_spread = all(key.type == "hash_splat_argument" for key in keys)

    def listed(f: Frame) -> list[Value]:
        given = every(f)
        made = hash_(f)
        if only_spread and not made.entries:
            return given
        made.keywords = True
        given.append(made)
        return given

    return listed


def forwarded_block(f: Frame) -> Proc | None:
    return f.home.block


def block_argument(c: Compiler, n: Node, scope: Scope) -> Callable[[Frame], Proc | None]:
    """`&blk`, `&:name`, `&method(:x)`; `&` alone hands on the method's own block."""
    inner = [kid for kid in n.children if kid.is_named]
    if not inner:
        return forwarded_block
    code = c.code(inner[0], scope)
    interp, where = c.interp, c.where(n)

    def block(f: Frame) -> Proc | None:
        value = code(f)
        if value is None or isinstance(value, Proc):
            return value
        interp.where = where
        return interp.to_proc(value)

    return block


def element(c: Compiler, n: Node, scope: Scope) -> tuple[Code_, Listed]:
    """Of `a[1, 2]`: the receiver, and what is between the brackets."""
    receiver = n.child_by_field_name("object")
    assert receiver is not None
    opening = next(index for index, kid in enumerate(n.children) if kid.type == "[" and index)
    fixed, every = items(c, n.children[opening + 1 :], scope)
    if every is None:
        args = Arguments()
        args.fixed = fixed
        every = args.listed()
    return c.code(receiver, scope), every


def clear_keywords(given: list[Value]) -> None:
    """After a call: a Hash that the method kept is a Hash like others."""
    if given and type(given[-1]) is Hash:
        given[-1].keywords = False
