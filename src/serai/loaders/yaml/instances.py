"""`machines:` → one merged map a machine: `count` and `each` unrolled, `${…}` worked out, layers laid down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from serai.loaders.file import EXTENSION, MAX_MACHINES, OWN_KEYS, Block, Layer
from serai.loaders.shape import record
from serai.loaders.yaml.expand import Expander
from serai.loaders.yaml.expression import ExpressionError, Scope, evaluate, wrong
from serai.loaders.yaml.layers import Merger, Profiles
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, kind, mapping, of, short
from serai.loaders.yaml.problems import Problems
from serai.spec.base import NAME_PATTERN

MAX_VALUES = 1_000_000
"""Values of all machines together; ten thousand machines with a hundred values each."""

_NAME = re.compile(NAME_PATTERN)


class Instance(msgspec.Struct, frozen=True):
    """A machine before its types: `base` is the entry of `machines:` that it comes from."""

    name: str
    base: str
    node: Map


def fill(node: Node, scope: Scope, problems: Problems) -> Node | None:
    """The node with its expressions worked out; None for a scalar that has a wrong one."""
    if not node.dynamic:
        return node
    if isinstance(node, Scalar):
        try:
            return evaluate(node, scope)
        except ExpressionError as first:
            for error in wrong(node, scope) or [first]:
                problems.at(node, str(error), error.hint)
            return None
    if isinstance(node, Map):
        filled = {key: fill(item, scope, problems) for key, item in node.items.items()}
        return node.replaced({key: item for key, item in filled.items() if item is not None})
    items = [fill(item, scope, problems) for item in node.items]
    return Seq([item for item in items if item is not None], node.place, node.path)


def _as_block(base: str, node: Node) -> str:
    """How a text that stands where a machine's keys should be was probably meant."""
    if not isinstance(node, Scalar):
        return f"for example `{base}: {{image: tiny}}`"
    key, colon, value = node.text.partition(":")
    if colon and key in record(Block).fields and value:
        return f"a space after the colon: `{key}: {value.strip()}`"
    return f"for example `{base}: {{image: {node.text if isinstance(node.value, str) else 'tiny'}}}`"


class Unroller:
    """Makes the instances of a file."""

    def __init__(
        self,
        problems: Problems,
        expander: Expander,
        *,
        project: Scalar,
        environ: Mapping[str, str],
        defaults: Node | None,
        profiles: Map | None,
    ) -> None:
        self._problems = problems
        self._expander = expander
        self._merger = Merger()
        self._names: dict[str, Node] = {"project": project}
        self._environ = environ
        self._defaults = defaults
        self._profiles = Profiles(profiles, problems)
        self._used: set[str] = set()
        self._values = 0

    def unroll(self, machines: Map) -> list[Instance]:
        """Every machine, in the order of the file. Names that occur twice are a problem."""
        found: dict[str, Instance] = {}
        for base, block in machines.items.items():
            if base.startswith(EXTENSION) or not self._good_name(machines, base):
                continue
            own = mapping({}, block) if is_null(block) else block
            if not isinstance(own, Map):
                message = f"must be a map of the machine's keys, not {kind(block)}"
                self._problems.at(block, message, _as_block(base, block))
                continue
            bare = own.replaced({key: item for key, item in own.items.items() if key not in OWN_KEYS})
            many = list(self._many(base, own))
            if self._values + self._least(bare, own.items.get("profiles")) * len(many) > MAX_VALUES:
                self._too_many(machines, base)
                return list(found.values())
            for name, names in many:
                if name in found:
                    self._problems.at_key(machines, base, f"there is another machine named {name}")
                    break
                if len(found) >= MAX_MACHINES:
                    self._problems.at_key(machines, base, f"more than {MAX_MACHINES} machines")
                    return list(found.values())
                node = self._layered(own.items.get("profiles"), bare, Scope(names, self._environ))
                self._values += node.size
                if self._values > MAX_VALUES:
                    self._too_many(machines, base)
                    return list(found.values())
                found[name] = Instance(name, base, node)
        self._check_unused()
        return list(found.values())

    def _least(self, own: Map, names: Node | None) -> int:
        """How many values are worked out for each machine of a block, at least: known before the first of them."""
        names = self._names_of(names)
        listed = names.items if isinstance(names, Seq) else [names]
        shared = [self._profiles.nodes.get(name.text) for name in listed if isinstance(name, Scalar)]
        return max(own.size, *(layer.size for layer in (self._defaults, *shared) if layer and layer.dynamic), 0)

    def _names_of(self, own: Node | None) -> Node | None:
        """A machine's profiles: its own, else those of the defaults."""
        if own is None and isinstance(self._defaults, Map):
            return self._defaults.items.get("profiles")
        return own

    def _too_many(self, machines: Map, base: str) -> None:
        self._problems.at_key(machines, base, f"more than {MAX_VALUES} values in all machines")

    def _good_name(self, machines: Map, base: str) -> bool:
        if _NAME.match(base):
            return True
        rule = "letters, digits, dots and dashes, at most 63"
        self._problems.at_key(machines, base, f"{short(base)!r} cannot be a machine's name: {rule}")
        return False

    def _many(self, base: str, own: Map) -> Iterator[tuple[str, dict[str, Node]]]:
        """Name and names in scope of each machine that the block stands for."""
        scope = Scope(self._names, self._environ)
        stated = {key: own.items[key] for key in ("count", "each") if key in own.items}
        filled = {key: fill(node, scope, self._problems) for key, node in stated.items()}
        if None in filled.values():
            return
        given = {key: node for key, node in filled.items() if node is not None and not is_null(node)}
        if len(given) > 1:
            self._problems.at_key(own, "each", "only one of count and each can be stated")
            return
        if "count" in given:
            yield from self._counted(base, given["count"])
        elif "each" in given:
            yield from self._each(base, given["each"])
        else:
            yield base, self._scope(base, of(1, own))

    def _scope(self, name: str, index: Scalar) -> dict[str, Node]:
        return {**self._names, "machine.name": of(name, index), "index": index}

    def _counted(self, base: str, count: Node) -> Iterator[tuple[str, dict[str, Node]]]:
        number = count.value if isinstance(count, Scalar) else None
        if type(number) is not int or not 0 <= number <= MAX_MACHINES:
            wanted = f"must be a whole number from 0 to {MAX_MACHINES}"
            self._problems.at(count, f"{wanted}, not {kind(count)}")
            return
        for index in range(1, number + 1):
            name = f"{base}-{index}"
            yield name, self._scope(name, of(index, count))

    def _each(self, base: str, each: Node) -> Iterator[tuple[str, dict[str, Node]]]:
        if isinstance(each, Scalar):
            self._problems.at(each, f"must be a list or a map, not {kind(each)}")
            return
        for index, (key, value) in enumerate(_entries(each), start=1):
            name = f"{base}-{key}"
            if not _NAME.match(name):
                self._problems.at(value, f"{short(name)!r} cannot be a machine's name")
                continue
            scope = self._scope(name, of(index, each))
            yield name, {**scope, "each.key": of(key, value), "each.value": value}

    def _layered(self, names: Node | None, own: Map, scope: Scope) -> Map:
        """Defaults, profiles and own keys of one machine, in long forms, merged."""
        if (origin := own.items.get("fork")) is not None and not is_null(origin):
            # All that defaults and profiles say its parent has had.
            return self._long(own, scope, Block) or mapping({}, own)
        names = self._names_of(names)
        order = self._profiles.order(fill(names, scope, self._problems) if names is not None else None)
        self._used.update(order)
        layers = [self._defaults, *(self._profiles.nodes[name] for name in order)]
        done = [self._long(layer, scope, Layer) for layer in layers if layer is not None]
        done.append(self._long(own, scope, Block))
        return self._merger.merge([layer for layer in done if layer is not None] or [mapping({}, own)])

    def _long(self, layer: Node, scope: Scope, cls: type[Layer]) -> Map | None:
        filled = fill(layer, scope, self._problems)
        long = self._expander.expand(filled, record(cls)) if filled is not None else None
        if long is None or isinstance(long, Map):
            return long
        self._problems.at(long, f"must be a map of a machine's keys, not {kind(long)}")
        return None

    def _check_unused(self) -> None:
        """Unknown keys in profiles that no machine lists; with expressions they would need a machine."""
        scope = Scope(self._names, self._environ)
        for name, node in self._profiles.nodes.items():
            if name not in self._used and not name.startswith(EXTENSION):
                if isinstance(node, Map):
                    self._profiles.order(node.items.get("profiles"))
                if not node.dynamic:
                    self._long(node, scope, Layer)


def _entries(each: Map | Seq) -> Iterator[tuple[str, Node]]:
    """Key and value; a list of scalars has its values as keys, any other list counts from 1."""
    if isinstance(each, Map):
        yield from each.items.items()
        return
    scalars = all(isinstance(item, Scalar) and not is_null(item) for item in each.items)
    for index, item in enumerate(each.items, start=1):
        yield (item.text if scalars and isinstance(item, Scalar) else str(index)), item
