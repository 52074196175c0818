"""Nodes → long forms, led by the shape of the spec; unknown keys are found here, `x-` keys left out."""

from __future__ import annotations

from serai.loaders.blocks import CLOSED, Blocks
from serai.loaders.file import EXTENSION, Layer
from serai.loaders.shape import Leaf, ListOf, MapOf, Record, Shape
from serai.loaders.yaml.forms import form_of
from serai.loaders.yaml.nodes import Map, Node, Seq, is_null, listed
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.words import meant
from serai.util.errors import SeraiError


class Expander:
    """Expands each node once: layers and aliases that many machines share cost nothing again."""

    def __init__(self, problems: Problems, blocks: Blocks = CLOSED) -> None:
        self._problems = problems
        self._blocks = blocks
        self._memo: dict[tuple[Node, Shape], Node | None] = {}

    def expand(self, node: Node, shape: Shape) -> Node | None:
        """The long form; None when it is wrong, which `problems` then knows."""
        if isinstance(shape, Leaf):
            return node
        key = (node, shape)
        if key not in self._memo:
            self._memo[key] = self._expanded(node, shape)
        return self._memo[key]

    def _expanded(self, node: Node, shape: Shape) -> Node | None:
        if isinstance(shape, Record):
            return self._record(node, shape)
        if isinstance(shape, ListOf):
            return self._list(node, shape)
        assert isinstance(shape, MapOf)
        return self._map(node, shape)

    def _record(self, node: Node, shape: Record) -> Node | None:
        form = form_of(shape.cls)
        long = form.expand(node, self._problems) if form else node
        if not isinstance(long, Map):
            return long
        fields = shape.fields
        known = known_keys(shape)
        items: dict[str, Node] = {}
        for key, item in long.items.items():
            if key in known:
                if (expanded := self.expand(item, fields[key])) is not None:
                    items[key] = expanded
            elif key.startswith(EXTENSION):
                continue
            elif not (shape.asks and self._blocks.open):
                self._unknown(long, key, known)
            elif (expanded := self._block(long, key, item)) is not None:
                items[key] = expanded
        return long.replaced(items)

    def _block(self, node: Map, key: str, item: Node) -> Node | None:
        """The long form of a block whose form is asked for."""
        try:
            return self.expand(item, self._blocks.shape(key))
        except SeraiError as error:
            self._problems.at_key(node, key, error.message, error.hint)
            return None

    def _unknown(self, node: Map, key: str, known: tuple[str, ...]) -> None:
        near = meant(key, known)
        self._problems.at_key(node, key, f"unknown key, {near or 'there are ' + listed(known, 30)}")

    def _list(self, node: Node, shape: ListOf) -> Node | None:
        if is_null(node):
            return node
        if not isinstance(node, Seq):
            one = self.expand(node, shape.item)
            return None if one is None else Seq([one], node.place, node.path)
        items = [self.expand(item, shape.item) for item in node.items]
        return Seq([item for item in items if item is not None], node.place, node.path)

    def _map(self, node: Node, shape: MapOf) -> Node | None:
        if not isinstance(node, Map):
            return node
        value = shape.value
        of_records = not isinstance(value, Leaf)
        items: dict[str, Node] = {}
        for key, item in node.items.items():
            if of_records and key.startswith(EXTENSION):
                continue
            if shape.keys is not None and key not in shape.keys:
                self._unknown(node, key, shape.keys)
                continue
            if (expanded := self.expand(item, value)) is not None:
                items[key] = expanded
        return node.replaced(items)


def known_keys(shape: Record) -> tuple[str, ...]:
    """The keys that a file may use; a machine's name is the key it stands under."""
    fields = tuple(shape.fields)
    return tuple(key for key in fields if key != "name") if issubclass(shape.cls, Layer) else fields
