"""The mapped tree → nodes with the Vagrantfile's places, for the loader's own passes and checks."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.mapping.draft import Path
from serai.loaders.vagrantfile.mapping.project import Mapped
from serai.loaders.yaml.nodes import Map, Node, Place, Scalar, Seq
from serai.loaders.yaml.problems import InFile, join
from serai.util.errors import Where


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
