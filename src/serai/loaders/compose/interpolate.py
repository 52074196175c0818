"""`$NAME`, `${NAME:-default}`, `${NAME:?message}` and `$$` in a text, as the Compose specification has them."""

from __future__ import annotations

import re
from collections.abc import Callable

from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, short
from serai.loaders.yaml.problems import InFile
from serai.loaders.yaml.scalars import number

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_DEEPEST = 16
LITERAL = "write $$ for a $ that is none of Compose's"

Look = Callable[[str], str | None]
"""A variable's value; None where it is not set."""


class Wrong(ValueError):
    """What is wrong with a text, and what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def substitute(text: str, look: Look, unset: Callable[[str], None], depth: int = 0) -> str:
    """The text with its variables filled in. `unset` is told of each that is not set and has no default.

    Raises Wrong. Source: Compose specification, Interpolation.
    """
    if depth > _DEEPEST:
        raise Wrong(f"defaults nested deeper than {_DEEPEST} levels")
    parts, at = [], 0
    while (dollar := text.find("$", at)) >= 0:
        parts.append(text[at:dollar])
        following = text[dollar + 1 : dollar + 2]
        if following == "$":
            parts.append("$")
            at = dollar + 2
        elif following == "{":
            end = _closing(text, dollar)
            parts.append(_braced(text[dollar + 2 : end], look, unset, depth))
            at = end + 1
        elif name := _NAME.match(text, dollar + 1):
            parts.append(_plain(name[0], look, unset))
            at = name.end()
        else:
            raise Wrong(f"{short(text[dollar:], 12)!r} is not a variable", LITERAL)
    parts.append(text[at:])
    return "".join(parts)


def _plain(name: str, look: Look, unset: Callable[[str], None]) -> str:
    value = look(name)
    if value is None:
        unset(name)
        return ""
    return value


def _closing(text: str, start: int) -> int:
    """Where the brace of `${` at `start` ends; those inside of it count."""
    depth, at = 0, start
    while at < len(text):
        if text.startswith("${", at):
            depth, at = depth + 1, at + 2
            continue
        if text[at] == "}":
            depth -= 1
            if not depth:
                return at
        if depth > _DEEPEST:
            raise Wrong(f"defaults nested deeper than {_DEEPEST} levels")
        at += 1
    raise Wrong("`${` without its `}`", LITERAL)


def _braced(inner: str, look: Look, unset: Callable[[str], None], depth: int) -> str:
    name = _NAME.match(inner)
    rest = inner[name.end() :] if name else inner
    operator = _OPERATOR.match(rest)
    if name is None or (rest and operator is None):
        raise Wrong(f"${{{short(inner, 40)}}} is not a variable", LITERAL)
    if operator is None:
        return _plain(name[0], look, unset)
    value = look(name[0])
    there = value is not None and (bool(value) or not operator[0].startswith(":"))
    word = rest[operator.end() :]
    if operator[0].endswith("+"):
        return substitute(word, look, unset, depth + 1) if there else ""
    if there and value is not None:
        return value
    if operator[0].endswith("-"):
        return substitute(word, look, unset, depth + 1)
    said = substitute(word, look, unset, depth + 1)
    message = f"the variable {name[0]} is {'empty' if value == '' else 'not set'}"
    raise Wrong(message + (f": {short(said, 200)}" if said else ""), f"set it in .env, or {name[0]}=… serai …")


def filled(
    root: Map, file: str, look: Look, unset: Callable[[Node, str], None], refuse: Callable[[Node, Wrong], None]
) -> Map:
    """A file's nodes with variables worked in; `file` names it where it is not the project's first one.

    What two aliases share stays shared. Keys, and top-level keys that begin with `x-`, are left as they are.
    """
    known: dict[int, Node] = {}

    def made(node: Node) -> Node:
        if id(node) not in known:
            known[id(node)] = _filled(node)
        return known[id(node)]

    def placed(place: tuple[int, int]) -> tuple[int, int]:
        return InFile(place, file) if file else place

    def _filled(node: Node) -> Node:
        if isinstance(node, Map):
            keys = {key: placed(place) for key, place in node.keys.items()}
            return Map({key: made(item) for key, item in node.items.items()}, keys, placed(node.place), node.path)
        if isinstance(node, Seq):
            return Seq([made(item) for item in node.items], placed(node.place), node.path)
        moved = Scalar(node.text, node.value, placed(node.place), node.path, plain=node.plain)
        if "$" not in node.text:
            return moved
        try:
            text = substitute(node.text, look, lambda name: unset(moved, name))
        except Wrong as wrong:
            refuse(moved, wrong)
            text = ""
        return Scalar(text, number(text) if node.plain else text, moved.place, node.path, plain=node.plain)

    items = {key: item for key, item in root.items.items() if not key.startswith("x-")}
    result = made(root.replaced(dict(items)))
    assert isinstance(result, Map)
    return result
