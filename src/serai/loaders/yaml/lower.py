"""Long forms → plain data for msgspec: units read, texts as they were written, nulls left out."""

from __future__ import annotations

from typing import Any

from serai.loaders.blocks import CLOSED, Blocks
from serai.loaders.shape import Leaf, ListOf, MapOf, Record, Shape, Want
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, plain
from serai.loaders.yaml.problems import Problems
from serai.util.units import parse_duration, parse_size

_WRONG = object()


class Lowering:
    """Lowers each shared node once."""

    def __init__(self, problems: Problems, blocks: Blocks = CLOSED) -> None:
        self._problems = problems
        self._blocks = blocks
        self._memo: dict[tuple[Node, Shape], Any] = {}

    def lower(self, node: Node, shape: Shape) -> Any:
        """Plain data of the shape; what is no such thing goes through as it is, for msgspec to refuse."""
        if isinstance(node, Scalar):
            return self._scalar(node, shape)
        key = (node, shape)
        if key not in self._memo:
            self._memo[key] = self._container(node, shape)
        return self._memo[key]

    def _container(self, node: Map | Seq, shape: Shape) -> Any:
        if isinstance(node, Map) and isinstance(shape, Record):
            return self._record(node, shape)
        if isinstance(node, Map) and isinstance(shape, MapOf):
            return self._items((key, item, shape.value) for key, item in node.items.items())
        if isinstance(node, Seq) and isinstance(shape, ListOf):
            items = [self.lower(item, shape.item) for item in node.items]
            return [item for item in items if item is not _WRONG]
        return plain(node)

    def _record(self, node: Map, shape: Record) -> dict[str, Any]:
        fields = shape.fields
        data = self._items((key, item, fields[key]) for key, item in node.items.items() if key in fields)
        if told := {key: data.pop(key) for key in list(data) if key in shape.further}:
            data[shape.rest] = told
        if shape.asks and (others := node.items.keys() - fields):
            shapes = {key: self._blocks.shape(key) for key in node.items if key in others}
            data[shape.rest] = self._items((key, node.items[key], inner) for key, inner in shapes.items())
        return data

    def _items(self, items: Any) -> dict[str, Any]:
        data = {}
        for key, item, shape in items:
            if is_null(item):
                continue
            value = self.lower(item, shape)
            if value is not _WRONG:
                data[key] = value
        return data

    def _scalar(self, node: Scalar, shape: Shape) -> Any:
        if not isinstance(shape, Leaf) or node.value is None or shape.want is Want.VALUE:
            return node.value
        if shape.want is Want.TEXT:
            return node.text
        try:
            return parse_size(node.text) if shape.want is Want.SIZE else parse_duration(node.text)
        except ValueError as error:
            self._problems.at(node, str(error))
            return _WRONG
