"""Values between the evaluator's form and the JSON that the recorder speaks, each known again by its number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from serai.loaders.vagrantfile.ruby.values import (
    Array,
    Hash,
    Module,
    Object,
    Proc,
    Range,
    Regexp,
    Str,
    Sym,
    Value,
)

Call = Callable[[int, list[Value]], Value]
"""(number of the block, arguments) → what it gives"""
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Wire:
    """Numbers above 0 are given by the recorder, those below 0 here. What has one is kept as long as this is."""

    def __init__(self, call: Call, root: Module, named: Callable[[str], Module]) -> None:
        self._call, self._root, self._named = call, root, named
        self.objects: dict[int, Value] = {}
        self.hosts: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._of_host: dict[int, int] = {}
        self._last = 0

    # From the recorder

    def decoded(self, said: Any) -> Value:
        """Raises ValueError, TypeError or LookupError for what the recorder would not say."""
        if not isinstance(said, list):
            if isinstance(said, str | dict):
                raise ValueError("no value of the recorder")
            return said
        kind, *rest = said
        return DECODE[kind](self, *rest)

    def _kept(self, number: int, made: Value) -> Value:
        self.objects[number] = made
        self._numbers[id(made)] = number
        return made

    def _known(self, number: int, kind: type) -> Any:
        found = self.objects.get(number)
        return found if isinstance(found, kind) else self._kept(number, kind() if kind is not Str else Str(""))

    def _string(self, number: int, text: str) -> Value:
        if not number:
            return Str(text, frozen=True)
        found = self._known(number, Str)
        found.s = text
        return found

    def _array(self, number: int, items: list[Any]) -> Value:
        found = self._known(number, Array)
        found[:] = [self.decoded(item) for item in items]
        return found

    def _hash(self, number: int, pairs: list[Any]) -> Value:
        found = self._known(number, Hash)
        made = [(self.decoded(key), self.decoded(value)) for key, value in pairs]
        found.entries.clear()
        for key, value in made:
            found[key] = value
        return found

    def _proc(self, number: int, arity: int, is_lambda: bool) -> Value:
        if number in self.objects:
            return self.objects[number]

        def body(args: list[Value], block: Proc | None = None, me: Value = None) -> Value:
            return self._call(number, args)

        return self._kept(number, Proc(body, arity, is_lambda))

    def _thing(self, number: int, name: str, text: str) -> Value:
        """An object of the file's: its text is all that is known of it here."""
        kind = Module(name, parent=self._root)
        kind.methods["to_s"] = kind.methods["inspect"] = lambda rt, me, args, block: Str(str(me.data))
        return self._kept(number, Object(kind, text))

    # To the recorder

    def encoded(self, value: Value) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return ["f", next(name for name, item in SPECIAL.items() if repr(item) == repr(value))]
        if value is None or isinstance(value, bool | int | float):
            return value
        number = self._numbers.get(id(value))
        if number is not None:
            return ["=", number]
        if isinstance(value, Sym):
            return ["y", str(value)]
        if isinstance(value, Str):
            return ["s", self._numbered(value), value.s]
        if isinstance(value, Hash):
            pairs = [[self.encoded(key), self.encoded(item)] for key, item in value.items()]
            return ["h", self._numbered(value), pairs]
        if isinstance(value, list):
            return ["a", self._numbered(value), [self.encoded(item) for item in value]]
        return self._encoded_other(value)

    def _encoded_other(self, value: Value) -> Any:
        if isinstance(value, Range):
            return ["r", self.encoded(value.first), self.encoded(value.last), value.exclusive]
        if isinstance(value, Regexp):
            return ["x", value.source, sum({"i": 1, "x": 2, "m": 4}[letter] for letter in value.options)]
        if isinstance(value, Module):
            return ["m", value.name]
        if hasattr(value, "ruby_send"):
            return ["o", self._host(value), str(value.ruby_class)]
        raise TypeError(f"a {type(value).__name__} cannot be handed to the real Ruby")

    def _numbered(self, value: Value) -> int:
        self._last -= 1
        self._kept(self._last, value)
        return self._last

    def _host(self, value: Value) -> int:
        number = self._of_host.get(id(value))
        if number is None:
            number = self._of_host[id(value)] = len(self.hosts)
            self.hosts.append(value)
        return number


DECODE: dict[str, Callable[..., Value]] = {
    "=": lambda wire, number: wire.objects[number],
    "f": lambda wire, name: SPECIAL[name],
    "s": Wire._string,
    "y": lambda wire, text: Sym(text),
    "a": Wire._array,
    "h": Wire._hash,
    "r": lambda wire, first, last, exclusive: Range(wire.decoded(first), wire.decoded(last), bool(exclusive)),
    "x": lambda wire, source, options: Regexp(source, options),
    "p": Wire._proc,
    "o": lambda wire, number: wire.hosts[number],
    "m": lambda wire, name: wire._named(name),
    "t": Wire._thing,
}
