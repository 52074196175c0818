"""Ruby text → tree-sitter's tree, or the place that is no Ruby."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tree_sitter import Language, Node, Parser

from serai.loaders.vagrantfile.ruby.shifts import Text, told_apart
from serai.util.errors import Code, SeraiError, Where

SIZE_LIMIT = 1 << 20
"""Bytes of one file: the longest known Vagrantfile has 60 kB."""

PAIRS = {"(": ")", "[": "]", "{": "}", "#{": "}", '"': '"', "'": "'", "`": "`", "/": "/", "|": "|"}
WORDS = ("def", "class", "module", "if", "unless", "case", "while", "until", "for", "begin", "do")
PAIRS |= dict.fromkeys(WORDS, "end")
"""What opens → what closes it."""
TEXTS = {
    '"': "the string",
    "'": "the string",
    "`": "the command",
    "/": "the regular expression",
    "|": "the list of the block's parameters",
}
"""What is closed by the sign that opens it."""


@cache
def _parser() -> Parser:
    return Parser(Language(_grammar().language()))


def _grammar() -> Any:
    """The grammar's extension module. Its package itself imports importlib.resources, which takes 12 ms."""
    from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
    from importlib.util import find_spec, module_from_spec, spec_from_file_location

    package = find_spec("tree_sitter_ruby")
    for folder in (package and package.submodule_search_locations) or ():
        for suffix in (*EXTENSION_SUFFIXES, ".abi3.so"):
            path = f"{folder}/_binding{suffix}"
            if Path(path).exists():
                name = "tree_sitter_ruby._binding"
                spec = spec_from_file_location(name, path, loader=ExtensionFileLoader(name, path))
                if spec is not None and spec.loader is not None:
                    module = module_from_spec(spec)
                    spec.loader.exec_module(module)
                    return module
    import tree_sitter_ruby

    return tree_sitter_ruby


def parse(text: bytes, name: str) -> tuple[Node, Text]:
    """The root node of `text`, and the text that its nodes are of; `name` is the file's name in errors.

    Raises SeraiError (Code.INPUT).
    """
    if len(text) > SIZE_LIMIT:
        raise SeraiError(
            Code.INPUT,
            f"{len(text)} bytes, more than the {SIZE_LIMIT} that are read of a Ruby file",
            hint="move data into a YAML or JSON file",
            where=Where(name),
        )
    try:
        text.decode()
    except UnicodeDecodeError as fault:
        line = text.count(b"\n", 0, fault.start) + 1
        raise SeraiError(
            Code.INPUT, "not UTF-8", hint="save the file as UTF-8", where=Where(name, line, 1)
        ) from fault
    root, read = told_apart(text, _root(text), _root)
    if root.has_error:
        raise _fault(root, read, name)
    return root, read


def _root(text: bytes) -> Node:
    return _parser().parse(text).root_node


def _place(node: Node, read: Text, name: str) -> Where:
    line, column = node.start_point
    return Where(name, line + 1, read.column(line, column) + 1)


def _fault(root: Node, read: Text, name: str) -> SeraiError:
    """The first place that does not parse, and the likely cause."""
    node = _first_fault(root)
    where = _place(node, read, name)
    hint = f"ruby -c {name} says what Ruby makes of it"
    if node.is_missing:
        return SeraiError(Code.INPUT, f"'{node.type}' is missing here", hint=hint, where=where)
    opener = _left_open(node)
    if opener is not None:
        where = _place(opener, read, name)
        kind = TEXTS.get(opener.type)
        what = f"{kind} that begins here has no end" if kind else f"'{opener.type}' has no '{PAIRS[opener.type]}'"
        return SeraiError(Code.INPUT, what, hint=hint, where=where)
    said = read.text[node.start_byte : node.end_byte].decode(errors="replace").strip().split("\n", 1)[0][:40]
    what = f"not Ruby: near '{said}'" if said else "not Ruby: the text ends too early"
    return SeraiError(Code.INPUT, what, hint=hint, where=where)


def _left_open(node: Node) -> Node | None:
    """What an ERROR node opens and does not close."""
    opened: list[Node] = []
    for child in node.children:
        if opened and child.type == PAIRS[opened[-1].type]:
            opened.pop()
        elif child.type in PAIRS and not child.is_named:
            opened.append(child)
    return opened[0] if opened else None


def _first_fault(root: Node) -> Node:
    """The innermost first ERROR or MISSING node, found without recursion."""
    node = root
    while True:
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            return node
        node = inner
