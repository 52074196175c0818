"""What a short form is: a record written as less than a map, and the JSON Schema of that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null, mapping, of
from serai.loaders.yaml.problems import Problems

Expand: TypeAlias = Callable[[Node, Problems], Node | None]


class Form:
    """How to write a record shorter: `expand`, and the JSON Schema of what it takes beyond the long form."""

    def __init__(self, expand: Expand, *schema: dict[str, Any]) -> None:
        self.expand = expand
        self.schema = schema


def is_value(node: Node) -> bool:
    return isinstance(node, Scalar) and not is_null(node)


def as_key(key: str) -> Expand:
    """A scalar is short for a map with this one key."""

    def expand(node: Node, problems: Problems) -> Node | None:
        return mapping({key: node}, node) if is_value(node) else node

    return expand


def null_is_empty(expand: Expand) -> Expand:
    """Nothing after the colon means: with its defaults."""

    def expanded(node: Node, problems: Problems) -> Node | None:
        return mapping({}, node) if is_null(node) else expand(node, problems)

    return expanded


def switch(key: str = "") -> Expand:
    """`true` is the part with its defaults, `false` leaves it out; any other scalar is short for `key`."""

    def expand(node: Node, problems: Problems) -> Node | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            return as_key(key)(node, problems) if key else node
        return mapping({}, node) if node.value else of(None, node)

    return expand


def pair(first: str, second: str, example: str) -> Expand:
    """`A:B`, split at the last colon."""

    def expand(node: Node, problems: Problems) -> Node | None:
        if not isinstance(node, Scalar) or is_null(node):
            return node
        left, _, right = node.text.rpartition(":")
        if not left or not right:
            problems.at(node, f"{node.text!r} is not `{first}:{second}`", f"write for example {example}")
            return None
        return mapping({first: of(left, node), second: of(right, node)}, node)

    return expand


def one_of(
    node: Node, keys: Sequence[str], beside: Collection[str], problems: Problems, hint: str = ""
) -> Node | None:
    """The map, when exactly one of these keys has a value.

    `beside` are keys that may stand beside them; with any other, the unknown key is the better message.
    """
    if not isinstance(node, Map):
        return node
    stated = [key for key in keys if key in node.items and not is_null(node.items[key])]
    if len(stated) > 1:
        problems.at_key(node, stated[1], f"only one of {' and '.join(stated)} can be stated", hint)
        return None
    if not stated and all(key in keys or key in beside for key in node.items):
        problems.at(node, f"needs one of {', '.join(keys)}")
        return None
    return node
