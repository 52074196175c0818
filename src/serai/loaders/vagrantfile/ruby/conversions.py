"""What Ruby asks of values by itself: text, equality, `===`, `*splat`, `&block`, patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from serai.loaders.vagrantfile.ruby.dispatch import Dispatch
from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.values import (
    Array,
    Hash,
    Module,
    Object,
    Proc,
    Range,
    Str,
    Sym,
    Value,
)

ALIKE = (Str, Sym, type(None), bool, int)
"""Two values of one of these types are equal where Python says so."""


class Conversions(Dispatch):
    def __init__(self) -> None:
        super().__init__()
        self._procs: dict[str, Proc] = {}

    def to_s(self, value: Value) -> str:
        kind = type(value)
        if kind is Str:
            return str(value.s)
        if kind is Sym:
            return str.__str__(value)
        if value is None:
            return ""
        if kind is int:
            return int_text(self, value)
        said = self.send(value, "to_s", [])
        return said.s if isinstance(said, Str) else f"#<{self.class_name(value)}>"

    def inspect(self, value: Value) -> str:
        if value is None:
            return "nil"
        if type(value) is Object and self.lookup(value, "inspect") is None:
            return f"#<{value.kind.name}>"  # a BasicObject
        said = self.send(value, "inspect", [])
        return said.s if isinstance(said, Str) else self.to_s(said)

    def equal(self, one: Value, other: Value) -> bool:
        if type(one) is type(other) and type(one) in ALIKE:
            return bool(one == other)
        return truthy(self.send(one, "==", [other]))

    def matches(self, pattern: Value, value: Value) -> bool:
        """`pattern === value`"""
        kind = type(pattern)
        if kind in ALIKE or kind is float:
            return self.equal(pattern, value)
        if kind is Module and "===" not in pattern.own:
            return self.is_kind(value, pattern)
        return truthy(self.send(pattern, "===", [value]))

    def rescues(self, kind: Value, error: Value) -> bool:
        if not isinstance(kind, Module):
            raise self.raised("TypeError", "class or module required for rescue clause")
        return self.matches(kind, error)

    def splat(self, value: Value) -> list[Value]:
        """`*value`"""
        if isinstance(value, Array):
            return value
        if value is None:
            return []
        if isinstance(value, Hash | Range) or (isinstance(value, Object) and self.responds(value, "to_a")):
            made = self.send(value, "to_a", [])
            return made if isinstance(made, Array) else [value]
        return [value]

    def spread(self, value: Value) -> list[Value]:
        """What `a, b = value` hands out."""
        if isinstance(value, Array):
            return value
        if isinstance(value, Object) and self.responds(value, "to_ary"):
            made = self.send(value, "to_ary", [])
            if isinstance(made, Array):
                return made
        return [value]

    def each(self, collection: Value) -> Iterator[Value]:
        """The items that `for` goes over."""
        if isinstance(collection, Array):
            at = 0
            while at < len(collection):
                yield collection[at]
                at += 1
        elif isinstance(collection, Range) and isinstance(collection.first, int):
            at = collection.first
            last = collection.last
            while last is None or at < last or (at == last and not collection.exclusive):
                yield at
                at += 1
        else:
            yield from self.collected(collection)

    def collected(self, collection: Value) -> list[Value]:
        """All that `each` yields."""
        found: list[Value] = []

        def take(args: list[Value], block: Value = None, me: Value = None) -> Value:
            found.append(args[0] if len(args) == 1 else Array(args))
            return None

        self.send(collection, "each", [], Proc(take))
        return found

    def to_proc(self, value: Value) -> Proc:
        """`&value`"""
        if isinstance(value, Proc):
            return value
        if isinstance(value, Sym):
            made = self._procs.get(value)
            if made is None:
                made = self._procs[str(value)] = self._symbol_proc(str(value))
            return made
        if isinstance(value, Object | Hash) and self.responds(value, "to_proc"):
            given = self.send(value, "to_proc", [])
            if isinstance(given, Proc):
                return given
        raise self.raised("TypeError", f"wrong argument type {self.class_name(value)} (expected Proc)")

    def _symbol_proc(self, name: str) -> Proc:
        def run(args: list[Value], block: Proc | None = None, me: Value = None) -> Value:
            if not args:
                raise self.raised("ArgumentError", "no receiver given")
            return self.dispatch(args[0], name, args[1:], block, False)

        return Proc(run, arity=-2, is_lambda=True)

    def converted(self, value: Value, name: str, kind: type) -> Any:
        """What `to_hash` and its like give."""
        if not isinstance(value, ALIKE) and self.responds(value, name) and not hasattr(value, "ruby_send"):
            made = self.send(value, name, [])
            if isinstance(made, kind):
                return made
        shown = {None: "nil", True: "true", False: "false"}.get(value) if value in (None, True, False) else None
        raise self.raised(
            "TypeError", f"no implicit conversion of {shown or self.class_name(value)} into {kind.__name__}"
        )

    def deconstructed(self, value: Value) -> list[Value] | None:
        if isinstance(value, Array):
            return value
        if isinstance(value, Object) and self.responds(value, "deconstruct"):
            made = self.send(value, "deconstruct", [])
            return made if isinstance(made, Array) else None
        return None

    def deconstructed_keys(self, value: Value) -> Hash | None:
        if isinstance(value, Hash):
            return value
        if isinstance(value, Object) and self.responds(value, "deconstruct_keys"):
            made = self.send(value, "deconstruct_keys", [None])
            return made if isinstance(made, Hash) else None
        return None


DIGITS = 4_000
"""Python's own bound for the digits of a number in text; longer ones cost the square of their length."""


def int_text(conversions: Conversions, value: int) -> str:
    if -(10**18) < value < 10**18:
        return str(value)
    if value.bit_length() > DIGITS * 3:
        raise conversions.refused("a number of more than 4,000 digits as text", "round it")
    return str(value)
