"""The compiler: hands each node to what knows its type, and refuses what none knows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.shifts import Text
from serai.loaders.vagrantfile.ruby.values import Value
from serai.util.errors import Code, SeraiError, Where

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.ruby.interpreter import Interpreter

Code_ = Callable[[Frame], Value]
"""A compiled expression."""

Compile = Callable[["Compiler", Node, Scope], Code_]

NODES: dict[str, Compile] = {}

DEPTH_LIMIT = 800
"""Expressions inside expressions. A chain `a + b + c + …` counts, too."""

FROZEN = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\n)*?#[ \t]*-?\*?-?[ \t]*frozen[_-]string[_-]literal:[ \t]*true")
"""The comment at the top of a file that freezes its strings."""

WITH_RUBY = "--ruby runs the file by a real Ruby"


def node(*kinds: str) -> Callable[[Compile], Compile]:
    """Enter what compiles nodes of these types."""

    def enter(function: Compile) -> Compile:
        NODES.update(dict.fromkeys(kinds, function))
        return function

    return enter


def seldom(kind: str) -> Compile | None:
    """What compiles a node that is in few files: imported on use."""
    from serai.loaders.vagrantfile.ruby.compile import every  # noqa: F401 - enters it

    return NODES.get(kind)


def nothing(f: Frame) -> Value:
    return None


class Compiler:
    """One file's (or template's) text on its way to closures. They belong to one interpreter."""

    def __init__(self, interp: Interpreter, read: Text, name: str, line: int = 1) -> None:
        self.interp, self.text, self.name = interp, read.text, name
        self._column = read.column
        self._first_line = line
        self.frozen_strings = FROZEN.match(read.text) is not None
        self._depth = 0
        self.heredocs: dict[int, Node] = {}
        """A heredoc's beginning (its byte) → its body."""

    def program(self, root: Node, scope: Scope) -> Code_:
        if b"<<" in self.text:
            self._find_heredocs(root)
        # BEGIN { … } runs before all else, wherever it stands.
        return self.body(sorted(root.children, key=lambda node: node.type != "begin_block"), scope)

    def code(self, node: Node, scope: Scope) -> Code_:
        compile_ = NODES.get(node.type) or seldom(node.type)
        if compile_ is None:
            raise self.refused(node, f"'{self.said(node)}'")
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise SeraiError(
                Code.INPUT,
                f"expressions nested more than {DEPTH_LIMIT} deep",
                hint="take it apart into variables or a method",
                where=self.where(node),
            )
        made = compile_(self, node, scope)
        self._depth -= 1
        return made

    def maybe(self, node: Node | None, scope: Scope) -> Code_:
        """nil for what is left out."""
        return nothing if node is None else self.code(node, scope)

    def body(self, nodes: list[Node], scope: Scope) -> Code_:
        """Statements, one after the other; the last one's value."""
        codes = [self.code(node, scope) for node in nodes if node.is_named and node.type not in SKIPPED]
        return sequence(codes)

    def source(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode()

    def said(self, node: Node) -> str:
        """The start of a node's text, for a message."""
        line = self.source(node).split("\n", 1)[0]
        return line if len(line) <= 40 else line[:37] + "…"

    def where(self, node: Node) -> Where:
        row, column = node.start_point
        return Where(self.name, row + self._first_line, self._column(row, column) + 1)

    def refused(self, node: Node, what: str, hint: str = WITH_RUBY) -> SeraiError:
        return SeraiError(Code.INPUT, f"{what} is not supported", hint=hint, where=self.where(node))

    def _find_heredocs(self, root: Node) -> None:
        """Beginnings and bodies are in the same order, also where one is inside another."""
        begun: deque[int] = deque()
        cursor = root.walk()
        while True:
            kind = cursor.node.type if cursor.node is not None else ""
            if kind == "heredoc_beginning" and cursor.node is not None:
                begun.append(cursor.node.start_byte)
            elif kind == "heredoc_body" and cursor.node is not None and begun:
                self.heredocs[begun.popleft()] = cursor.node
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return


SKIPPED = frozenset(("comment", "empty_statement", "heredoc_body", "uninterpreted"))


def sequence(codes: list[Code_]) -> Code_:
    """Each in turn; the last one's value."""
    if not codes:
        return nothing
    if len(codes) == 1:
        return codes[0]
    if len(codes) == 2:
        first, second = codes

        def both(f: Frame) -> Value:
            first(f)
            return second(f)

        return both
    *before, last = codes
    steps = tuple(before)

    def all_(f: Frame) -> Value:
        for step in steps:
            step(f)
        return last(f)

    return all_
