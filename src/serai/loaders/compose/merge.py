"""One Compose file over another: what is merged, what is appended, what replaces.

Source: Compose specification, "Merge and override", and "Extend" for `extends`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from serai.loaders.compose.short import identity
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, kind, mapping, of
from serai.loaders.yaml.problems import Problems, join

RESET, OVERRIDE = "!reset", "!override"
REPLACED = ("command", "entrypoint", "healthcheck.test")
"""Of a service: the later one alone counts."""
KEYED = (
    "environment",
    "labels",
    "annotations",
    "sysctls",
    "extra_hosts",
    "depends_on",
    "networks",
    "build.args",
    "build.labels",
    "build.additional_contexts",
    "deploy.labels",
)
"""Maps that may be written as lists."""
TEXT_OR_LIST = ("dns", "dns_search", "env_file", "label_file", "tmpfs")


class Merger:
    """`tags`: the tags of the file that is laid over, by the path of the value."""

    def __init__(self, problems: Problems, tags: Mapping[str, str] = {}) -> None:
        self._problems = problems
        self._tags = tags

    def files(self, below: Map, over: Map) -> Map:
        """Two whole files."""
        return self._maps(below, over, ())

    def services(self, below: Map, over: Map) -> Map:
        """A service that extends another."""
        return self._maps(below, over, ("services", "*"))

    def _maps(self, below: Map, over: Map, path: tuple[str, ...]) -> Map:
        items, keys = dict(below.items), dict(below.keys)
        for key, node in over.items.items():
            tag = self._tags.get(join(over.path, key))
            if tag == RESET:
                items.pop(key, None)
                keys.pop(key, None)
            elif tag == OVERRIDE or key not in items or is_null(items[key]) or key.startswith("x-"):
                items[key], keys[key] = node, over.keys[key]
            elif not is_null(node):
                items[key] = self._merged(items[key], node, (*path, key))
                keys[key] = over.keys[key]
        return Map(items, keys, over.place, over.path)

    def _merged(self, below: Node, over: Node, path: tuple[str, ...]) -> Node:
        name = ".".join(path[2:]) if path[0] == "services" else ""
        if name in REPLACED:
            return over
        if name == "build":
            below, over = (_as(node, "context") for node in (below, over))
        elif name in KEYED:
            below, over = (_keyed(node, name) for node in (below, over))
        elif name in TEXT_OR_LIST:
            below, over = (Seq([node], node.place, node.path) if isinstance(node, Scalar) else node
                           for node in (below, over))  # fmt: skip
        if name == "logging" and _driver(below) and _driver(over) and _driver(below) != _driver(over):
            return over
        if isinstance(below, Map) and isinstance(over, Map):
            return self._maps(below, over, path)
        if isinstance(below, Seq) and isinstance(over, Seq):
            return _appended(below, over, name)
        if (isinstance(below, Scalar) and isinstance(over, Scalar)) or name.startswith("ulimits."):
            return over
        self._problems.at(over, f"cannot be laid over {kind(below)}, it is {kind(over)}", "!override replaces")
        return over


def _as(node: Node, key: str) -> Node:
    return mapping({key: node}, node) if isinstance(node, Scalar) and not is_null(node) else node


def _keyed(node: Node, name: str) -> Node:
    """A list of `KEY=VALUE`, or of names, as a map."""
    if not isinstance(node, Seq):
        return node
    items: dict[str, Node] = {}
    for item in node.items:
        if not isinstance(item, Scalar):
            return node
        if name == "depends_on":
            items[item.text] = mapping({"condition": of("service_started", item)}, item)
            continue
        at = item.text.find("=")
        if at < 0 and name == "extra_hosts":
            at = item.text.find(":")
        key = item.text if at < 0 else item.text[:at]
        items[key] = of(None if at < 0 else item.text[at + 1 :], item)
    return mapping(items, node)


def _appended(below: Seq, over: Seq, name: str) -> Seq:
    """Both lists; what is of the same port, mount or word takes the place of the former."""
    same: Callable[[Node], str] = identity(name)
    found: dict[str, Node] = {}
    for at, item in enumerate((*below.items, *over.items)):
        found[same(item) or f"#{at}"] = item
    return Seq(list(found.values()), over.place, over.path)


def _driver(node: Node) -> str:
    driver = node.items.get("driver") if isinstance(node, Map) else None
    return driver.text if isinstance(driver, Scalar) else ""
