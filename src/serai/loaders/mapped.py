"""What another language comes to: the tree of a project file, the place of each value, and what became of each
stated key. As nodes with those places it goes through the loader's own passes and checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from serai.loaders.yaml.nodes import Map, Node, Place, Scalar, Seq
from serai.loaders.yaml.problems import InFile, join
from serai.util.errors import Where

Path = tuple[str | int, ...]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a stated key: `to` is where it went; without it, `because` says why it has no effect."""

    machine: str
    key: str
    where: Where
    to: str = ""
    because: str = ""
    refused: bool = False
    """Without it the machine would be another one than the file means: it is not made."""

    def line(self) -> str:
        """One line for a person."""
        none = "refused, because" if self.refused else "no effect here, because"
        what = f"-> {self.to}" if self.to else f"{none} {self.because}"
        more = f" ({self.because})" if self.to and self.because else ""
        return f"{self.where}: {self.machine}: {self.key} {what}{more}"


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """`tree` is plain data of a serai.yaml; `places` says where a value was stated, by its path."""

    tree: dict[str, Any]
    places: Mapping[Path, Where]
    notes: list[Note]


def tree_of(mapped: Mapped, file: str) -> Map:
    """The top-level map. What was not stated has the place of what it is part of; `${` is no expression here."""
    node = _node(mapped.tree, (), "", (1, 1), mapped, file)
    assert isinstance(node, Map)
    return node


def _node(value: Any, path: Path, shown: str, above: Place, mapped: Mapped, file: str) -> Node:
    place = _place(mapped.places.get(path), above, file)
    if isinstance(value, dict):
        items: dict[str, Node] = {}
        for key, item in value.items():
            items[str(key)] = _node(item, (*path, str(key)), join(shown, str(key)), place, mapped, file)
        return Map(items, {key: node.place for key, node in items.items()}, place, shown)
    if isinstance(value, list):
        entries = [
            _node(item, (*path, at), f"{shown}[{at}]", place, mapped, file) for at, item in enumerate(value)
        ]
        return Seq(entries, place, shown)
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    scalar = Scalar(text, value, place, shown, plain=not isinstance(value, str))
    scalar.dynamic = False
    return scalar


def _place(where: Where | None, above: Place, file: str) -> Place:
    if where is None or not where.line:
        return above
    place = (where.line, where.column)
    return place if where.file in (file, "") else InFile(place, where.file)
