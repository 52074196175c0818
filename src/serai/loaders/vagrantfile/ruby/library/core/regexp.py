"""Regexp: made, asked, written; what `=~`, `match` and `===` say."""

from __future__ import annotations

from functools import partial

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, need, split_named
from serai.loaders.vagrantfile.ruby.library.core.matching import engine_of, escaped, remember, search
from serai.loaders.vagrantfile.ruby.library.core.shown import ordered_options
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Regexp, Str, Sym, Value

BITS = {"i": 1, "x": 2, "m": 4}
for _name, _bit in {"IGNORECASE": 1, "EXTENDED": 2, "MULTILINE": 4}.items():
    CONSTANTS[f"Regexp::{_name}"] = partial(int, _bit)


@answers_itself("Regexp", "new", "compile")
def new(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    args, _ = split_named(rt, args, "timeout")  # type: ignore[assignment]
    need(rt, args, 1, 3)
    if isinstance(args[0], Regexp):
        return Regexp(args[0].source, args[0].options)
    given = args[1] if len(args) > 1 else None
    bits = given if type(given) is int else int(truthy(given))
    made = Regexp(text(rt, args[0]), "".join(letter for letter, bit in BITS.items() if bits & bit))
    engine_of(rt, made)
    return made


@answers_itself("Regexp", "escape", "quote")
def escape(rt: Runtime, me: Value, block: Block, what: Value) -> Value:
    return Str(escaped(str(what) if isinstance(what, Sym) else text(rt, what)))


@answers_itself("Regexp", "union")
def union(rt: Runtime, me: Value, block: Block, *parts: Value) -> Value:
    if len(parts) == 1 and isinstance(parts[0], Array):
        parts = tuple(parts[0])
    if not parts:
        return Regexp("(?!)")
    if len(parts) == 1 and isinstance(parts[0], Regexp):
        return parts[0]
    return Regexp(
        "|".join(embedded(part) if isinstance(part, Regexp) else _alone(rt, part, len(parts)) for part in parts)
    )


@answers_itself("Regexp", "last_match")
def last_match(rt: Runtime, me: Value, block: Block, group: Value = None) -> Value:
    if group is None or rt.last_match is None:
        return rt.last_match
    return rt.send(rt.last_match, "[]", [group])


def _alone(rt: Runtime, part: Value, count: int) -> str:
    """A text of a union; a Symbol is one only where it is alone."""
    return escaped(str(part) if isinstance(part, Sym) and count == 1 else text(rt, part))


def embedded(regexp: Regexp) -> str:
    """As it stands inside another: `(?i-mx:source)`."""
    on = ordered_options(regexp.options)
    off = "".join(letter for letter in "mix" if letter not in on)
    return f"(?{on}{'-' if off else ''}{off}:{regexp.source})"


@answers("Regexp", "to_s")
def to_s(rt: Runtime, me: Regexp, block: Block) -> Value:
    return Str(embedded(me))


@answers("Regexp", "source")
def source(rt: Runtime, me: Regexp, block: Block) -> Value:
    return Str(me.source)


@answers("Regexp", "options")
def options(rt: Runtime, me: Regexp, block: Block) -> Value:
    return sum(bit for letter, bit in BITS.items() if letter in me.options)


@answers("Regexp", "casefold?")
def casefold(rt: Runtime, me: Regexp, block: Block) -> Value:
    return "i" in me.options


@answers("Regexp", "==", "eql?")
def equals(rt: Runtime, me: Regexp, block: Block, other: Value) -> Value:
    return me == other


@answers("Regexp", "names")
def names(rt: Runtime, me: Regexp, block: Block) -> Value:
    return Array(Str(name) for name in engine_of(rt, me).names)


@answers("Regexp", "named_captures")
def named_captures(rt: Runtime, me: Regexp, block: Block) -> Value:
    return Hash((Str(name), Array([number])) for name, number in engine_of(rt, me).names.items())


def subject(rt: Runtime, value: Value) -> str | None:
    """What a pattern is held to: a String or a Symbol; None for nil."""
    if value is None:
        return None
    return str(value) if isinstance(value, Sym) else text(rt, value)


def start_of(rt: Runtime, told: str, at: Value) -> int | None:
    """Where a search begins; None outside of the text."""
    start = integer(rt, at)
    start += len(told) if start < 0 else 0
    return start if 0 <= start <= len(told) else None


@answers("Regexp", "=~")
def finds(rt: Runtime, me: Regexp, block: Block, other: Value) -> Value:
    told = subject(rt, other)
    found = None if told is None else search(rt, me, told)
    remember(rt, found)
    return None if found is None else found.start


@answers("Regexp", "match")
def match(rt: Runtime, me: Regexp, block: Block, other: Value, at: Value = 0) -> Value:
    told = subject(rt, other)
    start = None if told is None else start_of(rt, told, at)
    data = remember(rt, None if told is None or start is None else search(rt, me, told, start))
    return rt.call(block, [data]) if block is not None and data is not None else data


@answers("Regexp", "match?")
def is_match(rt: Runtime, me: Regexp, block: Block, other: Value, at: Value = 0) -> Value:
    told = subject(rt, other)
    start = None if told is None else start_of(rt, told, at)
    return told is not None and start is not None and search(rt, me, told, start) is not None


@answers("Regexp", "===")
def case(rt: Runtime, me: Regexp, block: Block, other: Value) -> Value:
    if not isinstance(other, Str | Sym):
        rt.last_match = None
        return False
    return remember(rt, search(rt, me, str(other) if isinstance(other, Sym) else other.s)) is not None


@answers("Regexp", "~")
def last_line(rt: Runtime, me: Regexp, block: Block) -> Value:
    return None
