"""A service's keys as they come together: a machine's tree, the place of each value, what became of each key."""

from __future__ import annotations

from typing import Any

import msgspec

from serai.loaders.compose.reading import Files, Variables, where_of
from serai.loaders.compose.values import Values
from serai.loaders.mapped import Note, Path
from serai.loaders.yaml.nodes import Map, Node
from serai.loaders.yaml.problems import Problems
from serai.spec.container import Container
from serai.util.errors import Where

_USUAL = Container()


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What the services of a project have together."""

    file: str
    """The first file, as a person knows it."""
    problems: Problems
    files: Files
    sections: dict[str, dict[str, Node]]
    """The top-level entries, by section."""
    services: dict[str, Node]
    off: dict[str, str]
    """Services whose profiles are not active -> one that would start them."""


class Draft:
    """One service's part of the file."""

    def __init__(self, name: str, service: Map, world: World, variables: Variables) -> None:
        self.name = name
        self.service = service
        self.world = world
        self.variables = variables
        self.problems = world.problems
        self.values = Values(world.problems)
        self.data: dict[str, Any] = {}
        self.places: dict[Path, Where] = {}
        self.notes: list[Note] = []
        self.networks: dict[str, Node] = {}
        """Networks of the project that it is on, with where that is said."""

    def where(self, node: Node) -> Where:
        return where_of(node, self.world.file)

    def put(self, path: Path, value: Any, key: str, node: Node, because: str = "") -> None:
        """Set a value of the tree, and note which key it came from. What a container is anyway is only noted."""
        if path[:1] == ("container",) and len(path) == 2 and getattr(_USUAL, str(path[1])) == value:
            self.told(key, node, word(path), because or "as it is anyway")
            return
        inner = self.data
        for step in path[:-1]:
            inner = inner.setdefault(str(step), {})
        inner[str(path[-1])] = value
        self.places[path] = self.where(node)
        self.told(key, node, word(path), because)

    def append(self, path: Path, value: Any, key: str, node: Node, because: str = "") -> None:
        """Add an entry to a list of the tree; `key` may be empty where the whole list is noted once."""
        inner = self.data
        for step in path[:-1]:
            inner = inner.setdefault(str(step), {})
        entries = inner.setdefault(str(path[-1]), [])
        entries.append(value)
        self.places[(*path, len(entries) - 1)] = self.where(node)
        if key:
            self.told(key, node, f"{word(path)}[{len(entries) - 1}]", because)

    def get(self, *path: str) -> Any:
        """What is there already, or None."""
        inner: Any = self.data
        for step in path:
            inner = inner.get(step) if isinstance(inner, dict) else None
        return inner

    def told(self, key: str, node: Node, to: str, because: str = "") -> None:
        self.notes.append(Note(machine=self.name, key=key, where=self.where(node), to=to, because=because))

    def dropped(self, key: str, node: Node, because: str) -> None:
        self.notes.append(Note(machine=self.name, key=key, where=self.where(node), because=because))


def word(path: Path) -> str:
    """`container.env`, as `serai explain` takes it."""
    return ".".join(str(step) for step in path)
