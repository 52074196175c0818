"""A file of another directory: its relative paths, as seen from the project's."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from serai.loaders.compose.short import HOST_PATHS, mount
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/|[a-z-]+:", re.IGNORECASE)
"""What a build context begins with that is no directory. Source: docker build, Git repositories and tarballs."""

Change = Callable[[Scalar], Scalar]


def is_remote(text: str) -> bool:
    """A URL, a git repository or an image, where a directory might stand."""
    return bool(_REMOTE.match(text))


def rebased(root: Map, prefix: str) -> Map:
    """A whole model of files in `prefix`, relative to the project's directory."""
    if prefix in ("", "."):
        return root

    def path(node: Scalar) -> Scalar:
        return _like(node, joined(prefix, node.text))

    def context(node: Scalar) -> Scalar:
        return node if is_remote(node.text) else path(node)

    def short(node: Scalar) -> Scalar:
        parts = mount(node.text)
        if parts is None or not parts.source.startswith("."):
            return node
        return _like(node, joined(prefix, parts.source) + node.text[len(parts.source) :])

    def service(node: Node) -> Node:
        node = _each(node, "env_file", lambda item: _either(item, "path", path))
        node = _each(node, "label_file", lambda item: _either(item, "path", path))
        node = _at(node, "build", lambda build: _build(build, context))
        node = _at(node, "extends", lambda item: _at(item, "file", lambda file: _text(file, path)))
        return _each(node, "volumes", lambda item: _volume(item, short, path))

    root = _sections(root, "services", service)
    for section in ("secrets", "configs"):
        root = _sections(root, section, lambda item: _at(item, "file", lambda file: _text(file, path)))
    return _sections(root, "volumes", lambda item: _at(item, "driver_opts", lambda opts: _device(opts, path)))


def joined(prefix: str, text: str) -> str:
    """A path of a file in `prefix`, as the project's; it still begins as a path does."""
    if not text or text.startswith(("/", "~")):
        return text
    path = os.path.normpath(f"{prefix or '.'}/{text}")
    return path if path.startswith(HOST_PATHS) else f"./{path}"


def _like(node: Scalar, text: str) -> Scalar:
    return Scalar(text, text, node.place, node.path, plain=False)


def _text(node: Node, change: Change) -> Node:
    return change(node) if isinstance(node, Scalar) and node.value is not None else node


def _at(node: Node, key: str, change: Callable[[Node], Node]) -> Node:
    if not isinstance(node, Map) or key not in node.items:
        return node
    return node.replaced({**node.items, key: change(node.items[key])})


def _either(node: Node, key: str, change: Change) -> Node:
    """A text, or a map that has it under this key."""
    return _at(node, key, lambda item: _text(item, change)) if isinstance(node, Map) else _text(node, change)


def _each(node: Node, key: str, change: Callable[[Node], Node]) -> Node:
    """A list's items, or the one that stands alone."""

    def changed(value: Node) -> Node:
        if isinstance(value, Seq):
            return Seq([change(item) for item in value.items], value.place, value.path)
        return change(value)

    return _at(node, key, changed)


def _build(node: Node, change: Change) -> Node:
    if not isinstance(node, Map):
        return _text(node, change)
    node = _at(node, "context", lambda item: _text(item, change))

    def others(value: Node) -> Node:
        if not isinstance(value, Map):
            return value
        return value.replaced({name: _text(item, change) for name, item in value.items.items()})

    return _at(node, "additional_contexts", others)


def _volume(node: Node, short: Change, path: Change) -> Node:
    if not isinstance(node, Map):
        return _text(node, short)
    kind = node.items.get("type")
    if isinstance(kind, Scalar) and kind.text == "bind":
        return _at(node, "source", lambda item: _text(item, path))
    return node


def _device(opts: Node, change: Change) -> Node:
    """A volume that is a directory of the host: `o: bind`."""
    kind = opts.items.get("o") if isinstance(opts, Map) else None
    if not isinstance(kind, Scalar) or kind.text != "bind":
        return opts
    return _at(opts, "device", lambda item: _text(item, change))


def _sections(root: Map, section: str, change: Callable[[Node], Node]) -> Map:
    inner = root.items.get(section)
    if not isinstance(inner, Map):
        return root
    made: dict[str, Node] = {name: change(item) for name, item in inner.items.items()}
    return root.replaced({**root.items, section: inner.replaced(made)})
