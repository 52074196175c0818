"""YAML as Psych writes it: the same scalars in the same quotes, the same object once with an anchor."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from serai.loaders.vagrantfile.ruby.library.core.walk import items_of
from serai.loaders.vagrantfile.ruby.library.std.moment import Moment
from serai.loaders.vagrantfile.ruby.library.std.psych_scalar import scalar
from serai.loaders.vagrantfile.ruby.library.std.strftime import strftime
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Range, Regexp, Str, Sym, Value

EMITTER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
DEEPEST = 200
_QUOTED = re.compile(r"^[^\w][^\"]*$", re.MULTILINE)
_NEARLY_OCTAL = re.compile(r"0[0-7]*[89]")


class Writer:
    """Turns a value into the emitter's events."""

    def __init__(self, rt: Runtime, value: Value) -> None:
        self.rt = rt
        self.seen: dict[int, int] = {}
        self.anchors: dict[int, str] = {}
        self._count(value, 0)
        self.written: set[int] = set()

    def _count(self, value: Value, depth: int) -> None:
        """How often each object is met; a second time it is an alias."""
        self.rt.bounds.step()
        if depth > DEEPEST:
            raise self.rt.refused(f"to_yaml of collections more than {DEEPEST} deep", "give it less depth")
        if not isinstance(value, Array | Hash | Object):
            return
        self.seen[id(value)] = self.seen.get(id(value), 0) + 1
        if self.seen[id(value)] > 1:
            return
        if isinstance(value, Array):
            for item in value:
                self._count(item, depth + 1)
        elif isinstance(value, Hash):
            for key, item in value.items():
                self._count(key, depth + 1)
                self._count(item, depth + 1)

    def events(self, value: Value) -> Iterator[Any]:
        yield yaml.StreamStartEvent()
        yield yaml.DocumentStartEvent(explicit=True)
        yield from self.value(value)
        yield yaml.DocumentEndEvent(explicit=False)
        yield yaml.StreamEndEvent()

    def value(self, value: Value) -> Iterator[Any]:
        anchor = None
        if self.seen.get(id(value), 0) > 1:
            if id(value) in self.anchors:
                yield yaml.AliasEvent(self.anchors[id(value)])
                return
            anchor = self.anchors[id(value)] = str(len(self.anchors) + 1)
        if isinstance(value, Array):
            yield from self.sequence(value, anchor)
        elif isinstance(value, Hash):
            yield from self.mapping(value.items(), anchor)
        elif isinstance(value, Object):
            yield from self.object(value, anchor)
        elif isinstance(value, Range):
            pairs = (("begin", value.first), ("end", value.last), ("excl", value.exclusive))
            yield from self.mapping(((Str(key), item) for key, item in pairs), anchor, "!ruby/range")
        else:
            yield self.scalar(value, anchor)

    def sequence(self, items: Array, anchor: str | None) -> Iterator[Any]:
        yield yaml.SequenceStartEvent(anchor, None, True, flow_style=False)
        for item in items:
            yield from self.value(item)
        yield yaml.SequenceEndEvent()

    def mapping(self, pairs: Any, anchor: str | None, tag: str | None = None) -> Iterator[Any]:
        yield yaml.MappingStartEvent(anchor, tag, tag is None, flow_style=False)
        for key, item in pairs:
            yield from self.value(key)
            yield from self.value(item)
        yield yaml.MappingEndEvent()

    def object(self, value: Object, anchor: str | None) -> Iterator[Any]:
        """Times and dates as scalars, others by what they hold."""
        name = value.kind.name
        if isinstance(value.data, Moment) and name == "DateTime":
            pattern = "%F %T.%N Z" if not value.data.offset else "%F %T.%N %:z"
            yield yaml.ScalarEvent(anchor, "!ruby/object:DateTime", (False, False), strftime(value.data, pattern))
        elif isinstance(value.data, Moment):
            pattern = "%F %T.%N Z" if value.data.utc else "%F %T.%N %:z"
            yield plain(strftime(value.data, pattern), anchor)
        elif isinstance(value.data, date):
            yield plain(value.data.isoformat(), anchor)
        elif name == "Set" or (value.kind.parent is not None and value.kind.parent.name == "Set"):
            members = Hash((item, True) for item in items_of(self.rt, value))
            yield from self.mapping([(Str("hash"), members)], anchor, f"!ruby/object:{name}")
        elif isinstance(value.data, Hash):
            yield from self.mapping(
                ((Str(str(key)), item) for key, item in value.data.items()), anchor, f"!ruby/object:{name}"
            )
        elif isinstance(value.data, dict):
            fields = [(Str(str(key)), item) for key, item in value.data.items()]
            yield from self.mapping(fields, anchor, f"!ruby/struct:{name}")
        elif value.data is None:
            fields = [(Str(key.removeprefix("@")), item) for key, item in value.variables.items()]
            yield from self.mapping(fields, anchor, f"!ruby/object:{name}")
        else:
            yield self.scalar(Str(self.rt.to_s(value)), anchor)

    def scalar(self, value: Value, anchor: str | None) -> Any:
        if value is None:
            return plain("", anchor)
        if isinstance(value, bool):
            return plain("true" if value else "false", anchor)
        if isinstance(value, float) and not math.isfinite(value):
            return plain(".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf", anchor)
        if isinstance(value, int | float):
            return plain(self.rt.to_s(value), anchor)
        if isinstance(value, Sym):
            if not value:
                return yaml.ScalarEvent(anchor, "!ruby/symbol", (False, False), "", style="")
            return symbol(str(value), anchor)
        if isinstance(value, Regexp):
            said = self.rt.inspect(value)
            return yaml.ScalarEvent(anchor, "!ruby/regexp", (False, False), said)
        return text(self.rt.to_s(value), anchor)


def plain(said: str, anchor: str | None) -> Any:
    return yaml.ScalarEvent(anchor, None, (True, False), said, style="" if said else None)


def symbol(said: str, anchor: str | None) -> Any:
    return yaml.ScalarEvent(anchor, None, (True, False), f":{said}")


def text(said: str, anchor: str | None) -> Any:
    """A String, in the quotes that keep it one when it is read again."""
    style: str | None = None
    if re.search(r"\n(?!\n?\Z)", said):
        style = "|"
    elif said == "<<":
        return yaml.ScalarEvent(anchor, "tag:yaml.org,2002:str", (False, False), said, style="'")
    elif said in ("y", "n") or _QUOTED.search(said):
        style = '"'
    elif not said or type(scalar(said)) is not str or _NEARLY_OCTAL.match(said):
        style = "'"
    return yaml.ScalarEvent(anchor, None, (True, True), said, style=style)


def dumped(rt: Runtime, value: Value, asked: dict[str, Value]) -> Str:
    width = asked.get("line_width")
    writer = Writer(rt, value)
    made = yaml.emit(
        writer.events(value),
        Dumper=EMITTER,
        allow_unicode=True,
        width=(width if width > 0 else 2**31 - 1) if isinstance(width, int) else None,
        indent=asked.get("indentation") if isinstance(asked.get("indentation"), int) else None,
    )
    rt.bounds.grow(len(made))
    return Str(made)
