"""Layers: defaults, profiles, the machine's own keys. Maps merge, lists replace, null goes back to the default."""

from __future__ import annotations

from collections.abc import Sequence

from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, listed
from serai.loaders.yaml.problems import Problems
from serai.util.errors import did_you_mean

_DEEPEST = 32


class Merger:
    """Merges each pair of layers once."""

    def __init__(self) -> None:
        self._memo: dict[tuple[Map, Map], Map] = {}

    def merge(self, layers: Sequence[Map]) -> Map:
        """All layers in one, the later over the earlier."""
        result = layers[0]
        for layer in layers[1:]:
            key = (result, layer)
            if key not in self._memo:
                self._memo[key] = _merged(*key)
            result = self._memo[key]
        return result


def _merged(below: Map, over: Map) -> Map:
    items = dict(below.items)
    keys = dict(below.keys)
    for key, node in over.items.items():
        under = items.get(key)
        if is_null(node):
            items.pop(key, None)
            continue
        items[key] = _merged(under, node) if isinstance(under, Map) and isinstance(node, Map) else node
        keys[key] = over.keys[key]
    return Map(items, keys, over.place, over.path)


class Profiles:
    """The `profiles:` of a file, and the order in which a list of them is laid down."""

    def __init__(self, profiles: Map | None, problems: Problems) -> None:
        self.nodes = profiles.items if profiles else {}
        self._problems = problems

    def order(self, names: Node | None) -> list[str]:
        """Each profile after those that it lists itself, and once, at its first place."""
        found: list[str] = []
        self._visit(names, found, [])
        return found

    def _visit(self, names: Node | None, found: list[str], trail: list[str]) -> None:
        for name in _listed(names, self._problems):
            if name.text in found:
                continue
            if name.text in trail:
                cycle = " → ".join([*trail[trail.index(name.text) :], name.text])
                self._problems.at(name, f"profiles go round in a circle: {cycle}")
            elif len(trail) >= _DEEPEST:
                self._problems.at(name, f"profiles nested deeper than {_DEEPEST} levels")
            elif name.text not in self.nodes:
                near = did_you_mean(name.text, list(self.nodes))
                there = f"there are {listed(self.nodes)}" if self.nodes else "there are none"
                self._problems.at(name, f"no such profile {name.text!r}, {near or there}")
            else:
                node = self.nodes[name.text]
                own = node.items.get("profiles") if isinstance(node, Map) else None
                self._visit(own, found, [*trail, name.text])
                found.append(name.text)


def _listed(names: Node | None, problems: Problems) -> list[Scalar]:
    """A name or a list of names."""
    if names is None or is_null(names):
        return []
    items = names.items if isinstance(names, Seq) else [names]
    scalars = [item for item in items if isinstance(item, Scalar) and not is_null(item)]
    if len(scalars) != len(items):
        problems.at(names, "must be the name of a profile, or a list of names")
        return []
    return scalars
