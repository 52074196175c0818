"""JSON: reading, and `to_json` of everything."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.convert import text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std.paths import contents, decoded, path
from serai.loaders.vagrantfile.ruby.library.std.streams import Stream
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Str, Sym, Value

declare("JSON", None)
declare("JSON::JSONError", "StandardError")
declare("JSON::ParserError", "JSON::JSONError")
declare("JSON::NestingError", "JSON::ParserError")
declare("JSON::GeneratorError", "JSON::JSONError")
declare("JSON::State")
CONSTANTS["JSON::VERSION"] = lambda: Str("2.6.1", frozen=True)
DEEPEST = 100
"""Ruby's `max_nesting`."""
_OUTSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')


class Odd(Exception):
    """NaN or Infinity where they are not allowed."""


def options(args: Sequence[Value]) -> dict[str, Value]:
    """Options by name; they may come as a Hash in braces."""
    given = args[-1] if args and isinstance(args[-1], Hash) else Hash()
    return {str(key): value for key, value in given.items() if isinstance(key, Sym)}


def parsed(rt: Runtime, said: str, asked: dict[str, Value]) -> Value:
    """The value of a JSON text. Raises JSON::ParserError."""
    rt.bounds.step(len(said) // 16)
    rt.bounds.grow(len(said) * 4)
    bare = _OUTSIDE.sub(lambda found: found[0] if found[0].startswith('"') else " ", said)
    depth = deepest(bare)
    limit = asked.get("max_nesting", DEEPEST)
    if (isinstance(limit, int) and limit and depth > limit) or depth > DEEPEST * 4:
        raise rt.raised("JSON::NestingError", f"nesting of {depth} is too deep")
    names = Sym if truthy(asked.get("symbolize_names")) else Str
    odd = truthy(asked.get("allow_nan"))

    def constant(name: str) -> float:
        if not odd:
            raise Odd(name)
        return float(name.lower().replace("infinity", "inf"))

    try:
        found = json.loads(
            bare, object_pairs_hook=lambda pairs: ("hash", pairs), parse_constant=constant, strict=True
        )
    except Odd as name:
        raise rt.raised("JSON::ParserError", f"unexpected token at '{name}'") from None
    except json.JSONDecodeError as wrong:
        rest = bare[wrong.pos :]
        raise rt.raised("JSON::ParserError", f"unexpected token at '{rest}'") from None
    return value_of(found, names)


def deepest(said: str) -> int:
    depth = most = 0
    for letter in re.findall(r"[\[\]{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", said)):
        depth += 1 if letter in "[{" else -1
        most = max(most, depth)
    return most


def value_of(found: Any, names: type[Str] | type[Sym]) -> Value:
    """Objects come as pairs: JSON's names may be the same twice, and the last counts."""
    if isinstance(found, tuple):
        return Hash((names(key), value_of(value, names)) for key, value in found[1])
    if isinstance(found, list):
        return Array(value_of(item, names) for item in found)
    return Str(found) if isinstance(found, str) else found


def source(rt: Runtime, value: Value) -> str:
    """The text to read: a String, or what an open file holds."""
    if isinstance(value, Object) and isinstance(value.data, Stream):
        return text(rt, rt.send(value, "read", []))
    if isinstance(value, Object) and rt.responds(value, "read"):
        return text(rt, rt.send(value, "read", []))
    return text(rt, value)


@answers_itself("JSON", "parse", "parse!")
def parse(rt: Runtime, me: Value, block: Block, said: Value, *more: Value) -> Value:
    return parsed(rt, text(rt, said), options(more))


@answers_itself("JSON", "load", "restore")
def load(rt: Runtime, me: Value, block: Block, given: Value, *more: Value) -> Value:
    if given is None:
        return None
    said = source(rt, given)
    return parsed(rt, said, {"allow_nan": True, **options(more)}) if said else None


@answers_itself("JSON", "load_file", "load_file!")
def load_file(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    return parsed(rt, decoded(contents(rt, path(rt, name))).s, options(more))


def quoted(said: str) -> str:
    return '"' + _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), said) + '"'


class Writer:
    """How JSON is written: on one line, or with an indent."""

    def __init__(self, rt: Runtime, asked: dict[str, Value], *, pretty: bool = False) -> None:
        def word(name: str, usual: str) -> str:
            return rt.to_s(asked[name]) if name in asked else usual if pretty else ""

        self.rt = rt
        self.indent, self.space = word("indent", "  "), word("space", " ")
        self.object_end, self.array_end = word("object_nl", "\n"), word("array_nl", "\n")
        self.before = word("space_before", "")
        self.odd = truthy(asked.get("allow_nan"))

    def write(self, value: Value, depth: int = 0) -> str:
        if depth > DEEPEST:
            raise self.rt.raised("JSON::NestingError", f"nesting of {depth} is too deep")
        made = self._write(value, depth)
        self.rt.bounds.grow(len(made))
        return made

    def _write(self, value: Value, depth: int) -> str:
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, float) and not math.isfinite(value) and not self.odd:
            raise self.rt.raised("JSON::GeneratorError", f"{self.rt.to_s(value)} not allowed in JSON")
        if isinstance(value, int | float):
            return self.rt.to_s(value)
        if isinstance(value, Str):
            return quoted(value.s)
        if isinstance(value, Sym):
            return quoted(str(value))
        if isinstance(value, Array):
            return self._group(("[", "]"), [self.write(item, depth + 1) for item in value], self.array_end, depth)
        if isinstance(value, Hash):
            lines = [
                f"{quoted(self.rt.to_s(key))}{self.before}:{self.space}{self.write(item, depth + 1)}"
                for key, item in value.items()
            ]
            return self._group(("{", "}"), lines, self.object_end, depth)
        if isinstance(value, Object):
            state = Object(self.rt.constant("JSON::State"), (self, depth))
            return self.rt.to_s(self.rt.send(value, "to_json", [state]))
        return quoted(self.rt.to_s(value))

    def _group(self, ends: tuple[str, str], lines: list[str], end: str, depth: int) -> str:
        if not lines:
            between = end + end if ends[0] == "[" else end
            return f"{ends[0]}{between}{self.indent * depth if between else ''}{ends[1]}"
        inner = self.indent * (depth + 1)
        joined = f",{end}".join(f"{inner}{line}" for line in lines)
        return f"{ends[0]}{end}{joined}{end}{self.indent * depth}{ends[1]}"


@answers_itself("JSON", "generate", "unparse", "fast_generate")
def generate(rt: Runtime, me: Value, block: Block, value: Value, *more: Value) -> Value:
    return Str(Writer(rt, options(more)).write(value))


@answers_itself("JSON", "pretty_generate", "pretty_unparse")
def pretty_generate(rt: Runtime, me: Value, block: Block, value: Value, *more: Value) -> Value:
    return Str(Writer(rt, options(more), pretty=True).write(value))


@answers_itself("JSON", "dump")
def dump(rt: Runtime, me: Value, block: Block, value: Value, to: Value = None, *more: Value) -> Value:
    made = Str(Writer(rt, {"allow_nan": True}).write(value))
    if to is None or isinstance(to, int | Hash):
        return made
    rt.send(to, "write", [made])
    return to


@answers_itself("JSON", "[]")
@answers("Kernel", "JSON")
def either(rt: Runtime, me: Value, block: Block, value: Value, *more: Value) -> Value:
    if isinstance(value, Str):
        return parsed(rt, value.s, options(more))
    return Str(Writer(rt, options(more)).write(value))


def to_json(rt: Runtime, me: Value, block: Block, *more: Value) -> Value:
    """A `to_json` of the file's hands on what it was given: the writer that is at work, and how deep it is."""
    if isinstance(me, Object):
        return Str(quoted(rt.to_s(me)))
    state = more[0].data if more and isinstance(more[0], Object) else None
    if isinstance(state, tuple) and isinstance(state[0], Writer):
        return Str(state[0].write(me, state[1]))
    return Str(Writer(rt, options(more)).write(me))


for _kind in (
    "NilClass",
    "TrueClass",
    "FalseClass",
    "Integer",
    "Float",
    "String",
    "Symbol",
    "Array",
    "Hash",
    "Kernel",
):
    answers(_kind, "to_json")(to_json)
