"""Blocks and lambdas: closures over the frame that they are written in."""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.parameters import Parameters, parameters
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Block, Frame, Next, Return
from serai.loaders.vagrantfile.ruby.values import Array, Value

NUMBERED = re.compile(rb"\b(_[1-9]|it)\b")


def block_literal(c: Compiler, n: Node, outer: Scope) -> Callable[[Frame], Block]:
    """Of a `do_block` or `block` node: what makes the Proc."""
    return block_of(c, n.child_by_field_name("parameters"), n, Scope("block", outer))


@node("lambda")
def lambda_(c: Compiler, n: Node, outer: Scope) -> Code_:
    body = n.child_by_field_name("body")
    assert body is not None
    make = block_of(c, n.child_by_field_name("parameters"), body, Scope("lambda", outer))

    def made(f: Frame) -> Value:
        proc = make(f)
        proc.is_lambda = True
        return proc

    return made


def block_of(c: Compiler, list_node: Node | None, n: Node, scope: Scope) -> Callable[[Frame], Block]:
    params = numbered(c, n, scope) if list_node is None else parameters(c, list_node, scope)
    body = n.child_by_field_name("body")
    code = c.code(body, scope) if body is not None else c.body([], scope)
    if "next" in scope.jumps:
        code = stopping_at_next(code)
    for jump in scope.jumps & {"return"}:
        if scope.outer is not None:
            scope.outer.jumps.add(jump)
    return maker(c, params, code, scope)


def numbered(c: Compiler, n: Node, scope: Scope) -> Parameters:
    """The parameters of a block that names none: `_1`, `_2`, … or `it`, where it uses them."""
    highest, uses_it = 0, False
    if NUMBERED.search(c.text, n.start_byte, n.end_byte):
        for said in _identifiers(c, n):
            if re.fullmatch("_[1-9]", said):
                highest = max(highest, int(said[1]))
            uses_it = uses_it or (said == "it" and scope.find("it") is None)
    names = [f"_{index}" for index in range(1, highest + 1)] or (["it"] if uses_it else [])
    return Parameters.named(c, names, scope, alone=highest == 1 or uses_it)


def _identifiers(c: Compiler, n: Node) -> set[str]:
    """The names in a block, without those inside blocks of its own that have parameters."""
    found: set[str] = set()
    todo = list(n.children)
    while todo:
        kid = todo.pop()
        if kid.type == "identifier":
            found.add(c.source(kid))
        elif kid.type not in ("do_block", "block", "lambda", "method"):
            todo += [inner for inner in kid.children if inner.is_named]
    return found


def stopping_at_next(code: Code_) -> Code_:
    def run(f: Frame) -> Value:
        try:
            return code(f)
        except Next as jump:
            if jump.target is f:
                return jump.value
            raise

    return run


def maker(c: Compiler, params: Parameters, code: Code_, scope: Scope) -> Callable[[Frame], Block]:
    """What makes a Proc in a frame. Parameters are the first slots of the block's own frame."""
    meter, names = c.interp.meter, scope.names
    count, simple, bind = params.count, params.simple, params.bind
    spreads, arity = params.spreads, params.arity
    listed = params.listed()

    def make(f: Frame) -> Block:
        def body(args: list[Value], block: Value = None, me: Value = None) -> Value:
            meter.left -= 1
            if meter.left < 0:
                meter.look()
            given = len(args)
            if proc.is_lambda:
                frame = Frame([None] * len(names), f, proc.me if me is None else me, f.home, nest)
                frame.block = proc
                bind(frame, args, True, block)
                try:
                    return code(frame)
                except Return as jump:
                    if jump.target is frame:
                        return jump.value
                    raise
            if spreads and given == 1 and type(args[0]) is Array:
                args = list(args[0])
                given = len(args)
            if simple:
                if given == count:
                    v = args + [None] * (len(names) - count)
                elif given > count:
                    v = args[:count] + [None] * (len(names) - count)
                else:
                    v = args + [None] * (len(names) - given)
                frame = Frame(v, f, proc.me if me is None else me, f.home, nest)
                frame.block = proc
                return code(frame)
            frame = Frame([None] * len(names), f, proc.me if me is None else me, f.home, nest)
            frame.block = proc
            bind(frame, args, False, block)
            return code(frame)

        proc = Block(body, arity)
        proc.me = f.me
        proc.frame = f
        proc.make = make
        proc.parameters = listed
        nest = f.nest
        return proc

    return make
