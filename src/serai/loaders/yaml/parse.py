"""Text → nodes, straight from libyaml's events: places kept, duplicate keys refused, every dimension bounded."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from serai.loaders.yaml.nodes import Map, Node, Place, Scalar, Seq, Value, is_null
from serai.loaders.yaml.problems import Problems, join
from serai.loaders.yaml.scalars import resolve
from serai.util.errors import Code, SeraiError, Where

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: five times slower, the same events
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 4 * 1024**2
MAX_DEPTH = 64
MAX_VALUES = 500_000
"""Values with all aliases written out; a 10,000-line file holds about 20,000."""

MERGING = ("!reset", "!override")
"""Compose's tags for a value that is not merged with that of the file before it."""
_CORE = "tag:yaml.org,2002:"
_DIRECTIVE = re.compile(r"^%TAG", re.MULTILINE)


class _Fatal(Exception):
    """Reading on makes no sense."""

    def __init__(self, place: Place, message: str) -> None:
        self.place = place
        self.message = message


class _Open:
    """A map or list that is being read."""

    __slots__ = ("anchor", "items", "key", "keys", "merges", "path", "place")

    def __init__(self, items: dict[str, Node] | list[Node], place: Place, path: str, anchor: str | None) -> None:
        self.items = items
        self.keys: dict[str, Place] = {}
        self.key: str | None = None
        self.merges: list[Node] = []
        self.place = place
        self.path = path
        self.anchor = anchor


def parse(text: str | bytes, problems: Problems, tags: dict[str, str] | None = None) -> Map:
    """The file's top-level map. What can be read past (duplicate keys) goes to `problems`.

    `tags` takes the tags `!reset` and `!override` by the path of the value; without it they are unknown.
    Raises SeraiError (Code.INPUT) where reading must stop: syntax, size, depth, alias bombs, unknown tags.
    """
    decoded = ""
    try:
        decoded = _decoded(text)
        node = _Builder(problems, tags).build(decoded)
    except _Fatal as error:
        where = Where(problems.file, *error.place)
        raise SeraiError(Code.INPUT, error.message, where=where) from error
    except ReaderError as error:
        place = _place_of(decoded, chr(error.character))
        message = f"not valid YAML: the control character {chr(error.character)!r}"
        raise SeraiError(Code.INPUT, message, where=Where(problems.file, *place)) from error
    except yaml.YAMLError as error:
        raise _syntax(error, decoded, problems.file) from error
    if node is None or is_null(node):
        raise SeraiError(Code.INPUT, "the file is empty", hint="serai init writes one", where=Where(problems.file))
    if not isinstance(node, Map):
        message = "a project file is a map: `project: NAME`, `machines: …`"
        raise SeraiError(Code.INPUT, message, where=Where(problems.file, *node.place))
    return node


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise _Fatal((0, 0), f"the file is larger than {MAX_BYTES // 1024**2} MiB")
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        decoded.encode()  # lone surrogates
    except UnicodeError as error:
        raise _Fatal((0, 0), "the file is not UTF-8 text") from error
    if directive := _DIRECTIVE.search(decoded):
        line = decoded.count("\n", 0, directive.start()) + 1
        raise _Fatal((line, 1), "%TAG directives are not used in project files")
    return decoded


def _place_of(text: str, character: str) -> Place:
    at = max(text.find(character), 0)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _syntax(error: yaml.YAMLError, text: str, file: str) -> SeraiError:
    """libyaml's error, in one sentence."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        message = f"not valid YAML: {error.problem}"
        if error.context:
            message += f" ({error.context})"
        at = text.split("\n")[mark.line][mark.column :] if mark.line <= text.count("\n") else ""
        hint = _syntax_hint(str(error.problem), at)
        return SeraiError(Code.INPUT, message, hint=hint, where=Where(file, mark.line + 1, mark.column + 1))
    reason = " ".join(str(error).split())
    return SeraiError(Code.INPUT, f"not valid YAML: {reason}", where=Where(file))


def _syntax_hint(problem: str, at: str) -> str:
    """What a person most likely did; `at` is the rest of the line where the reader stopped."""
    if at.startswith("\t"):
        return "indent with spaces, not tabs"
    if at[:1] and at[0] in "@`%*&":
        return f"a text that begins with {at[0]} needs quotes"
    return next((hint for words, hint in _SYNTAX_HINTS.items() if words in problem), "")


_SYNTAX_HINTS = {
    "mapping values are not allowed": "indent the keys of a block alike, and quote a text with a colon in it",
    "did not find expected key": "indent the keys of a block alike",
    "did not find expected '-'": "indent the items of a list alike",
    "did not find expected ',' or '}'": "inside { } a text with ${…}, { or , needs quotes",
    "did not find expected ',' or ']'": "inside [ ] a text with ${…}, [ or , needs quotes",
}
"""Words of libyaml's errors -> the next step."""


class _Builder:
    """Keeps a stack of its own, so that no depth of the file is a depth of Python's or C's stack."""

    def __init__(self, problems: Problems, tags: dict[str, str] | None = None) -> None:
        self.problems = problems
        self.tags = tags
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}  # None while it is being read
        self.values = 0
        self.root: Node | None = None

    def build(self, text: str) -> Node | None:
        loader = _Loader(text)
        try:
            documents = 0
            while (event := loader.get_event()) is not None:
                if type(event) is DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        raise _Fatal(_place(event), "a second document (`---`): a project file is one")
                self._take(event)
        finally:
            loader.dispose()
        return self.root

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            self._scalar(event)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._start(event, {} if kind is MappingStartEvent else [])
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._end()
        elif kind is AliasEvent:
            self._alias(event)

    def _path(self) -> str:
        if not self.stack:
            return ""
        top = self.stack[-1]
        if isinstance(top.items, list):
            return f"{top.path}[{len(top.items)}]"
        return join(top.path, top.key or "")

    def _count(self, values: int, place: Place) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            raise _Fatal(place, f"more than {MAX_VALUES} values, aliases written out")

    def _scalar(self, event: Any) -> None:
        place = _place(event)
        self._count(1, place)
        text: str = event.value
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and isinstance(top.items, dict):
            self._key(top, text, place, plain=event.implicit[0])
            return
        plain = event.implicit[0]
        value = resolve(text) if self._tagged(event) else _value(event, text, place)
        node = Scalar(text, value, place, self._path(), plain=plain)
        self._done(node, event.anchor)

    def _tagged(self, event: Any) -> bool:
        """Whether it has a tag that says how it is merged; then it is noted."""
        if self.tags is None or event.tag not in MERGING:
            return False
        self.tags[self._path()] = event.tag
        return True

    def _key(self, top: _Open, text: str, place: Place, *, plain: bool) -> None:
        top.key = text
        if plain and text == "<<":
            return
        if text in top.keys:
            first = top.keys[text][0]
            path = join(top.path, text)
            self.problems.add(place, f"{path}: this key is there twice, first in line {first}")
        else:
            top.keys[text] = place

    def _start(self, event: Any, items: dict[str, Node] | list[Node]) -> None:
        place = _place(event)
        self._count(1, place)
        if len(self.stack) >= MAX_DEPTH:
            raise _Fatal(place, f"nested deeper than {MAX_DEPTH} levels")
        if self.stack and self.stack[-1].key is None and isinstance(self.stack[-1].items, dict):
            raise _Fatal(place, "a key must be a text, not a map or list")
        wanted = "map" if isinstance(items, dict) else "seq"
        if not self._tagged(event) and event.tag not in (None, "!", _CORE + wanted):
            raise _Fatal(place, f"unknown tag {event.tag}")
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(items, place, self._path(), event.anchor))

    def _end(self) -> None:
        top = self.stack.pop()
        if isinstance(top.items, list):
            self._done(Seq(top.items, top.place, top.path), top.anchor)
            return
        for node in top.merges:
            self._merge(top, top.items, node)
        keys = {key: top.keys[key] for key in top.items}
        self._done(Map(top.items, keys, top.place, top.path), top.anchor)

    def _merge(self, top: _Open, items: dict[str, Node], node: Node) -> None:
        """`<<: *base`: keys of the map itself win, then those of the maps merged first."""
        for source in node.items if isinstance(node, Seq) else [node]:
            if not isinstance(source, Map):
                raise _Fatal(node.place, "`<<` takes a map or a list of maps")
            for key, item in source.items.items():
                if key not in items:
                    items[key] = item
                    top.keys[key] = source.keys[key]

    def _alias(self, event: Any) -> None:
        place = _place(event)
        if self.stack and self.stack[-1].key is None and isinstance(self.stack[-1].items, dict):
            raise _Fatal(place, "a key must be a text, not an alias")
        if event.anchor not in self.anchors:
            raise _Fatal(place, f"there is no anchor &{event.anchor} before this alias")
        node = self.anchors[event.anchor]
        if node is None:
            raise _Fatal(place, f"*{event.anchor} is inside of what it names")
        self._count(node.size, place)
        self._done(node, None)

    def _done(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.items, list):
            top.items.append(node)
            return
        key, top.key = top.key, None
        assert key is not None
        if key == "<<" and "<<" not in top.keys:
            top.merges.append(node)
        else:
            top.items.setdefault(key, node)


def _place(event: Any) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _value(event: Any, text: str, place: Place) -> Value:
    """What the scalar means, by its tag when it has one."""
    tag = event.tag
    if tag is None:
        return resolve(text) if event.implicit[0] else text
    if tag in ("!", _CORE + "str"):
        return text
    value = resolve(text)
    wanted = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(tag.removeprefix(_CORE))
    if wanted is None:
        raise _Fatal(place, f"unknown tag {tag}")
    if type(value) is not wanted:
        raise _Fatal(place, f"{text!r} is not of the type {tag}")
    return value
