"""Short forms of what a container has: `cmd: nginx -g 'daemon off;'`, `volumes: [data:/srv:ro]`, `gpus: all`."""

from __future__ import annotations

import re
import shlex
from typing import Any

from serai.loaders.yaml.form import Form, as_key, is_value, null_is_empty, pair, switch
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, mapping, of
from serai.loaders.yaml.problems import Problems
from serai.spec.base import NAME_PATTERN
from serai.spec.container import Container
from serai.spec.container_parts import Build, Files, GpuRequest, Health, IdMap, LogDriver, Login, Ulimit, Volume

SPLIT = ("cmd", "entrypoint", "template_args")
"""Keys of words which a text gives as a shell reads it."""
GIT = re.compile(r"^(git://|git@|ssh://|https?://\S+\.git(#|$)|https?://(github|gitlab)\.com/)")
_NAME = re.compile(NAME_PATTERN)


def _container(node: Node, problems: Problems) -> Node | None:
    if is_null(node):
        return mapping({}, node)
    if not isinstance(node, Map):
        return node
    items = dict(node.items)
    for key in SPLIT:
        text = items.get(key)
        if isinstance(text, Scalar) and not is_null(text):
            try:
                items[key] = Seq([of(word, text) for word in shlex.split(text.text)], text.place, text.path)
            except ValueError as error:
                problems.at(text, f"cannot be split into words: {str(error).lower()}", "write a list of words")
                del items[key]
    return node.replaced(items)


def _build(node: Node, problems: Problems) -> Node | None:
    if isinstance(node, Scalar) and not is_null(node):
        return mapping({"git" if GIT.match(node.text) else "context": node}, node)
    if isinstance(node, Map) and not is_null(node.items.get("git", of(None, node))) and "context" in node.items:
        problems.at_key(node, "context", "only one of context and git can be stated")
        return None
    return node


def _volume(node: Node, problems: Problems) -> Node | None:
    """`SOURCE:TARGET:OPTIONS`; a source with a slash or a dot in front is a path, else the name of a volume."""
    if not isinstance(node, Scalar) or is_null(node):
        return node
    head, _, rest = node.text.partition(":")
    if not rest:
        return mapping({"target": node, "type": of("volume", node)}, node)
    target, _, options = rest.partition(":")
    is_path = head.startswith((".", "/", "~"))
    if not is_path and not _NAME.match(head):
        problems.at(node, f"{node.text!r} is not a volume", "write ./DIRECTORY:/TARGET, or NAME:/TARGET:ro")
        return None
    parts: dict[str, Node] = {"source" if is_path else "name": of(head, node), "target": of(target, node)}
    for option in filter(None, options.split(",")):
        if option in ("ro", "rw"):
            parts["read_only"] = of(option == "ro", node)
        elif option == "nocopy":
            parts["nocopy"] = of(True, node)
        elif option in ("private", "rprivate", "shared", "rshared", "slave", "rslave"):
            parts["propagation"] = of(option, node)
        elif option not in ("z", "Z", "cached", "delegated", "consistent"):
            problems.at(node, f"{option!r} is no option of a volume", "ro, rw, nocopy, or a propagation as rslave")
            return None
    return mapping(parts, node)


def _health(node: Node, problems: Problems) -> Node | None:
    """A text is a command for the shell, `false` is no check."""
    if isinstance(node, Scalar) and not is_null(node):
        if node.value is False:
            return mapping({"disable": of(True, node)}, node)
        return mapping({"test": _test(node)}, node)
    if isinstance(node, Map) and is_value(test := node.items.get("test", of(None, node))):
        return node.replaced({**node.items, "test": _test(test)})
    return node


def _test(node: Node) -> Node:
    command = of(node.text if isinstance(node, Scalar) else "", node)
    return Seq([of("CMD-SHELL", node), command], node.place, node.path)


def _ulimit(node: Node, problems: Problems) -> Node | None:
    return mapping({"soft": node, "hard": node}, node) if is_value(node) else node


def _gpus(node: Node, problems: Problems) -> Node | None:
    if not isinstance(node, Scalar) or is_null(node):
        return node
    if node.text == "all":
        return mapping({"count": of(-1, node)}, node)
    if type(node.value) is int:
        return mapping({"count": node}, node)
    return switch()(node, problems)


def _idmap(node: Node, problems: Problems) -> Node | None:
    if not isinstance(node, Scalar) or is_null(node):
        return node
    words = node.text.split()
    if len(words) != 4 or not all(word.isdecimal() for word in words[1:]):
        problems.at(node, f"{node.text!r} is not a range of ids", "write for example `u 0 100000 65536`")
        return None
    numbers = {key: of(int(word), node) for key, word in zip(("inside", "host", "size"), words[1:], strict=True)}
    return mapping({"kind": of(words[0], node), **numbers}, node)


_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_TRUTH: dict[str, Any] = {"type": "boolean"}

CONTAINER_FORMS: dict[type, Form] = {
    Container: Form(_container),
    Build: Form(_build, _TEXT),
    Login: Form(null_is_empty(as_key("username")), _TEXT),
    Volume: Form(_volume, _TEXT),
    Files: Form(pair("source", "target", "`app.conf:/etc/app.conf`"), _TEXT),
    Health: Form(_health, _TEXT, {"const": False}),
    Ulimit: Form(_ulimit, _NUMBER),
    LogDriver: Form(as_key("driver"), _TEXT),
    GpuRequest: Form(_gpus, _TEXT, _NUMBER, _TRUTH),
    IdMap: Form(_idmap, _TEXT),
}
