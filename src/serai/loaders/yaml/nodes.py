"""What a YAML file parses to: values that know their place in the file. Never changed once they are built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None
Place: TypeAlias = tuple[int, int]
"""Line and column, from 1."""


class Scalar:
    """One value: what it means by YAML 1.2 (`value`) and as it was written (`text`)."""

    __slots__ = ("dynamic", "path", "place", "plain", "text", "value")
    size = 1

    def __init__(self, text: str, value: Value, place: Place, path: str, *, plain: bool = True) -> None:
        self.text = text
        self.value = value
        self.place = place
        self.path = path
        self.plain = plain
        """Not quoted: whether `10` may be read as a number."""
        self.dynamic = "${" in text
        """Holds a `${…}` expression (or an escaped one)."""


class Map:
    """A mapping with text keys, and the place of each key."""

    __slots__ = ("dynamic", "items", "keys", "path", "place", "size")

    def __init__(self, items: dict[str, Node], keys: dict[str, Place], place: Place, path: str) -> None:
        self.items = items
        self.keys = keys
        self.place = place
        self.path = path
        self.dynamic: bool = any(node.dynamic for node in items.values())
        self.size: int = 1 + sum(node.size for node in items.values())
        """How many values it holds, written out in full."""

    def replaced(self, items: dict[str, Node]) -> Map:
        """The same map with other items; a new key takes the place of its value."""
        keys = {key: self.keys.get(key, node.place) for key, node in items.items()}
        return Map(items, keys, self.place, self.path)


class Seq:
    """A list."""

    __slots__ = ("dynamic", "items", "path", "place", "size")

    def __init__(self, items: list[Node], place: Place, path: str) -> None:
        self.items = items
        self.place = place
        self.path = path
        self.dynamic: bool = any(node.dynamic for node in items)
        self.size: int = 1 + sum(node.size for node in items)


Node: TypeAlias = Scalar | Map | Seq


def is_null(node: Node) -> bool:
    """An explicit `null`, `~` or nothing after the colon."""
    return type(node) is Scalar and node.value is None


def of(value: Value, like: Node) -> Scalar:
    """A value that the loader made itself, at the place of what it was made from."""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return Scalar(text, value, like.place, like.path, plain=not isinstance(value, str))


def mapping(items: dict[str, Node], like: Node) -> Map:
    """A map that the loader made itself, at the place of what it was made from."""
    return Map(items, dict.fromkeys(items, like.place), like.place, like.path)


def plain(node: Node) -> object:
    """The bare value, without places."""
    if isinstance(node, Map):
        return {key: plain(item) for key, item in node.items.items()}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    return node.value


def kind(node: Node) -> str:
    """What it is, in words for a person: `a list`, `the number 7`."""
    if isinstance(node, Map):
        return "a map"
    if isinstance(node, Seq):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool | int | float):
        return node.text if isinstance(node.value, bool) else f"the number {short(node.text)}"
    return f"the text {short(node.text)!r}"


def short(text: str, limit: int = 60) -> str:
    """The text, cut for a message."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def listed(words: Iterable[str], limit: int = 12) -> str:
    """`a, b, c`, cut after `limit`."""
    every = list(words)
    return ", ".join(every[:limit]) + (f" and {len(every) - limit} more" if len(every) > limit else "")


def locate(node: Node, steps: Sequence[str | int]) -> Node:
    """The node at a path, or the deepest one above it that the file states."""
    for step in steps:
        if isinstance(node, Map) and step in node.items:
            node = node.items[str(step)]
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node
