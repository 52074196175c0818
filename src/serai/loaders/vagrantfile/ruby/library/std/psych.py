"""YAML as Psych reads it: YAML 1.1, symbols, aliases as the same object; objects of Ruby are refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import yaml

from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std import base64
from serai.loaders.vagrantfile.ruby.library.std.jsons import options, source
from serai.loaders.vagrantfile.ruby.library.std.moment import Moment
from serai.loaders.vagrantfile.ruby.library.std.paths import contents, decoded, encoded, path
from serai.loaders.vagrantfile.ruby.library.std.psych_dump import dumped
from serai.loaders.vagrantfile.ruby.library.std.psych_scalar import scalar
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Str, Sym, Value

for _name in ("YAML", "Psych"):
    declare(_name, None)
declare("Psych::Exception", "StandardError")
declare("Psych::BadAlias", "Psych::Exception")
declare("Psych::DisallowedClass", "Psych::Exception")
declare("Psych::SyntaxError", "Psych::Exception")
for _name in ("SyntaxError", "BadAlias", "DisallowedClass", "Exception"):
    declare(f"YAML::{_name}", f"Psych::{_name}")
CONSTANTS["Psych::VERSION"] = CONSTANTS["YAML::VERSION"] = lambda: Str("4.0.3", frozen=True)
PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 200
"""Levels of collections inside collections."""
CORE = "tag:yaml.org,2002:"


class Reader:
    """Composes documents from the parser's events. `free` is Psych's `unsafe_load`: dates and aliases are fine."""

    def __init__(self, rt: Runtime, said: str, asked: dict[str, Value], *, free: bool, name: str) -> None:
        self.rt, self.name = rt, name
        self.events: Iterator[Any] = iter(yaml.parse(encoded(said), Loader=PARSER))
        self.anchors: dict[str, tuple[Value, int]] = {}
        permitted = asked.get("permitted_classes") or ()
        self.classes = {getattr(kind, "name", None) or rt.to_s(kind) for kind in permitted}
        self.aliases = free or truthy(asked.get("aliases"))
        self.free = free
        self.names = truthy(asked.get("symbolize_names"))
        self.size = 0
        """Values so far, those behind an alias counted each time."""

    def documents(self) -> Iterator[Value]:
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    self.anchors = {}
                    yield self.value(next(self.events), 0)
        except yaml.MarkedYAMLError as wrong:
            mark = wrong.problem_mark or wrong.context_mark
            place = f" at line {mark.line + 1} column {mark.column + 1}" if mark else ""
            said = f"({self.name}): {' '.join(filter(None, (wrong.problem, wrong.context)))}{place}"
            raise self.rt.raised("Psych::SyntaxError", said) from None
        except yaml.YAMLError as wrong:
            raise self.rt.raised("Psych::SyntaxError", f"({self.name}): {wrong}") from None

    def value(self, event: Any, depth: int) -> Value:
        self.rt.bounds.step()
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event.anchor)
        before = self.size
        self.count(1)
        if isinstance(event, yaml.ScalarEvent):
            found = self.scalar(event)
            if event.anchor:
                self.anchors[event.anchor] = (found, 1)
            return found
        if depth > DEEPEST:
            raise self.rt.refused(f"YAML with more than {DEEPEST} levels", "give it less depth")
        self.allowed(event.tag)
        made: Value = Array() if isinstance(event, yaml.SequenceStartEvent) else Hash()
        if event.anchor:
            self.anchors[event.anchor] = (made, 1)
        if isinstance(made, Array):
            self.sequence(made, depth)
        else:
            self.mapping(made, depth)
        if event.anchor:
            self.anchors[event.anchor] = (made, self.size - before)
        return made

    def count(self, more: int) -> None:
        """Each value is counted where it is seen: ten aliases of ten aliases of … are ten times ten times …"""
        self.size += more
        self.rt.bounds.grow(16 * more)

    def alias(self, name: str | None) -> Value:
        if name is None or name not in self.anchors:
            raise self.rt.raised("Psych::BadAlias", f"Unknown alias: {name}")
        if not self.aliases:
            raise self.rt.raised("Psych::BadAlias", f"Unknown alias: {name}")
        found, size = self.anchors[name]
        self.count(size)
        return found

    def sequence(self, made: Array, depth: int) -> None:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            made.append(self.value(event, depth + 1))

    def mapping(self, made: Hash, depth: int) -> None:
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self.value(event, depth + 1)
            value = self.value(next(self.events), depth + 1)
            if isinstance(key, Str) and key.s == "<<" and getattr(event, "tag", None) != f"{CORE}str":
                if self.merged(made, value):
                    continue
            elif self.names and isinstance(key, Str):
                key = Sym(key.s)
            made[key] = value

    def merged(self, made: Hash, value: Value) -> bool:
        """`<<: *base`, or a list of which the first counts most. What comes after it counts more."""
        if isinstance(value, Hash):
            sources = [value]
        elif isinstance(value, Array) and all(isinstance(one, Hash) for one in value):
            sources = list(reversed(value))
        else:
            return False
        for one in sources:
            self.count(len(one))
            for key, item in list(one.items()):
                made[key] = item
        return True

    def allowed(self, tag: str | None) -> None:
        """Raises for a tag that asks for an object of Ruby."""
        if tag and tag.startswith(("!ruby/", "tag:ruby.yaml.org,2002:")):
            raise self.rt.refused(
                f"YAML with {tag}", "only data is read from YAML: write it without objects of Ruby"
            )

    def scalar(self, event: Any) -> Value:
        tag, said = event.tag, event.value
        if tag == "!":
            return self.typed(scalar(said))
        if tag in (f"{CORE}str", "!str", "!"):
            return Str(said)
        if tag in (f"{CORE}binary", "!binary"):
            return base64.decode64(self.rt, None, None, Str(said))
        if tag in ("!ruby/symbol", "!ruby/sym"):
            return self.symbol(Sym(said))
        self.allowed(tag)
        if event.style in ("'", '"', "|", ">") and tag is None:
            return Str(said)
        found = scalar(said)
        if tag in (f"{CORE}float", "!float") and isinstance(found, int):
            return float(found)
        return self.typed(found)

    def typed(self, found: Any) -> Value:
        if isinstance(found, Sym):
            return self.symbol(found)
        if isinstance(found, str):
            return Str(found)
        if isinstance(found, Moment):
            return self.special("Time", found)
        if isinstance(found, date):
            return self.special("Date", found)
        return found

    def symbol(self, found: Sym) -> Sym:
        if not self.free and "Symbol" not in self.classes:
            raise self.rt.raised("Psych::DisallowedClass", "Tried to load unspecified class: Symbol")
        return found

    def special(self, kind: str, found: Any) -> Value:
        if not self.free and kind not in self.classes:
            raise self.rt.raised("Psych::DisallowedClass", f"Tried to load unspecified class: {kind}")
        return Object(self.rt.constant(kind), found)


def read(
    rt: Runtime, said: str, args: Sequence[Value], *, free: bool, name: str = "<unknown>", empty: Value = None
) -> Value:
    """The first document."""
    asked = options(args)
    rt.bounds.grow(len(said))
    reader = Reader(rt, said, asked, free=free, name=rt.to_s(asked["filename"]) if asked.get("filename") else name)
    for document in reader.documents():
        return document
    return asked.get("fallback", empty)


def _enter(kind: str) -> None:
    @answers_itself(kind, "load")
    def load(rt: Runtime, me: Value, block: Block, given: Value, *more: Value) -> Value:
        """With dates and aliases, as before Ruby 3.1 and as files rely on it; later ones want them allowed."""
        return read(rt, source(rt, given), more, free=True)

    @answers_itself(kind, "unsafe_load")
    def unsafe_load(rt: Runtime, me: Value, block: Block, given: Value, *more: Value) -> Value:
        return read(rt, source(rt, given), more, free=True, empty=False)

    @answers_itself(kind, "safe_load")
    def safe_load(rt: Runtime, me: Value, block: Block, given: Value, *more: Value) -> Value:
        """The classes may also come in the second place, as older Rubies had it."""
        places = [value for value in more if isinstance(value, Array)]
        asked = Hash(((Sym("permitted_classes"), places[0]),) if places else ())
        for key, value in more[-1].items() if more and isinstance(more[-1], Hash) else ():
            asked[Sym("permitted_classes") if key == Sym("whitelist_classes") else key] = value
        if len(more) > 2 and not isinstance(more[2], Hash):
            asked[Sym("aliases")] = more[2]
        return read(rt, source(rt, given), [asked], free=False)

    @answers_itself(kind, "load_file")
    def load_file(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
        where = path(rt, name)
        return read(rt, decoded(contents(rt, where)).s, more, free=True, name=where)

    @answers_itself(kind, "unsafe_load_file")
    def unsafe_load_file(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
        where = path(rt, name)
        return read(rt, decoded(contents(rt, where)).s, more, free=True, name=where, empty=False)

    @answers_itself(kind, "safe_load_file")
    def safe_load_file(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
        where = path(rt, name)
        return read(rt, decoded(contents(rt, where)).s, more, free=False, name=where)

    @answers_itself(kind, "load_stream", "load_documents", "each_document")
    def load_stream(rt: Runtime, me: Value, block: Block, given: Value, *more: Value) -> Value:
        reader = Reader(rt, source(rt, given), options(more), free=True, name="<unknown>")
        found = Array(reader.documents())
        return rt.send(found, "each", [], block) if block else found

    @answers_itself(kind, "dump", "safe_dump")
    def dump(rt: Runtime, me: Value, block: Block, value: Value, *more: Value) -> Value:
        made = dumped(rt, value, options(more))
        if more and not isinstance(more[0], Hash):
            rt.send(more[0], "write", [made])
            return more[0]
        return made


_enter("YAML")
_enter("Psych")


@answers("Kernel", "to_yaml")
def to_yaml(rt: Runtime, me: Value, block: Block, *more: Value) -> Value:
    return dumped(rt, me, options(more))
