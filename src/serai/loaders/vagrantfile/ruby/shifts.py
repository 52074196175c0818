"""`list<<"x"` is an operator by Ruby, and a heredoc by tree-sitter's grammar: blanks that tell it which."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec
from tree_sitter import Node

CANDIDATE = re.compile(rb"""[\w"'`)\]}][?!]?[ \t]*<<[-~]?["'`\w]""")
BEFORE = re.compile(rb"""(?:(\w+)[?!]?|["'`)\]}])\Z""")
"""What ends right in front of a `<<` without a blank: by Ruby's lexer, that one never begins a heredoc."""
OPENING = frozenset(
    b"alias and begin break case do else elsif ensure if in next not or rescue return then undef unless until when"
    b" while".split()
)
"""Words after which a value begins. Source: `ruby -rripper`, Ripper.lex."""
NAME = re.compile(rb"([a-z_]\w*)[ \t]+\Z")
BUDGET = 8 << 20
"""Bytes that are parsed again, at most: a heredoc without an end hides all that is behind it."""


class Text(msgspec.Struct, frozen=True):
    """A text with blanks put into it: `added` is line (from 0) → the columns (from 0, in bytes) of its blanks."""

    text: bytes
    added: dict[int, list[int]] = {}

    def column(self, line: int, column: int) -> int:
        """The column that it had before, both from 0."""
        return column - bisect_left(self.added.get(line, ()), column)


def told_apart(text: bytes, root: Node, parse: Callable[[bytes], Node]) -> tuple[Node, Text]:
    """`root` is what `parse` makes of `text`: both again, with a blank behind each `<<` that is an operator."""
    places: list[int] = []
    """In the text as it was given."""
    given, left = text, BUDGET
    while left > 0 and CANDIDATE.search(text) and (found := [*_operators(root, text)]):
        blanks = _moved(places)
        places = sorted([*places, *(at - bisect_left(blanks, at) for at in found)])
        text = b" ".join(given[start:end] for start, end in pairwise([0, *places, len(given)]))
        root = parse(text)
        left -= len(text)
    added: dict[int, list[int]] = {}
    line = begin = seen = 0
    for at in _moved(places):
        line += text.count(b"\n", seen, at)
        begin = max(begin, text.rfind(b"\n", seen, at) + 1)
        added.setdefault(line, []).append(at - begin)
        seen = at
    return root, Text(text, added)


def _moved(places: list[int]) -> list[int]:
    """Where the blanks are in the text that has them."""
    return [at + index for index, at in enumerate(places)]


def _operators(root: Node, text: bytes) -> Iterator[int]:
    """Where the right side begins, of those that are not within the text of a heredoc."""
    cursor = root.walk()
    begun: list[Node] = []
    while True:
        node = cursor.node
        assert node is not None
        if node.type == "heredoc_beginning":
            begun.append(node)
        elif node.type == "heredoc_body":
            ends = any(kid.type == "heredoc_end" and kid.start_byte < kid.end_byte for kid in node.children)
            yield from (at.start_byte + 2 for at in begun[:1] if _is_operator(at, text, ends))
            del begun[:1]
        if node.type != "heredoc_body" and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                yield from (at.start_byte + 2 for at in begun if _is_operator(at, text, False))
                return


def _is_operator(node: Node, text: bytes, ends: bool) -> bool:
    before = text[max(0, node.start_byte - 200) : node.start_byte]
    if found := BEFORE.search(before):
        return found[1] not in OPENING
    name = NAME.search(before)
    return not ends and name is not None and _is_local(name[1], text[: node.start_byte])


def _is_local(name: bytes, before: bytes) -> bool:
    """Whether the text assigns it, or has it as a parameter."""
    word = rb"\b" + re.escape(name) + rb"\b"
    assigned = word + rb"[ \t]*(?:[-+*/%&|^]|&&|\|\||<<|>>)?=(?![=~>])"
    parameter = rb"(?:\||\bdef )[^|\n]{0,200}" + word
    return re.search(assigned + b"|" + parameter, before) is not None
