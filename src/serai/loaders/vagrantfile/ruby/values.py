"""The values of the evaluator: which Python object stands for which Ruby object.

nil, true, false, Integer and Float are Python's None, True, False, int and float. Everything else is a class of
this file, so that a Python str or list that a host object hands over can be told from a Ruby one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.ruby.runtime import Runtime

Value = Any
"""One of: None, bool, int, float, Str, Sym, Array, Hash, Range, Regexp, Proc, Module, Object, Host."""

Builtin = Callable[["Runtime", Value, list[Value], "Proc | None"], Value]
"""A method written in Python: (runtime, receiver, arguments, block). Keyword arguments are a last Hash whose
`keywords` is true."""


class Str:
    """A String: mutable, compared by content."""

    __slots__ = ("frozen", "s")

    def __init__(self, s: str, frozen: bool = False) -> None:
        self.s = s
        self.frozen = frozen

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Str) and other.s == self.s

    def __hash__(self) -> int:
        return hash(self.s)

    def __repr__(self) -> str:
        return f"Str({self.s!r})"


class Sym(str):
    """A Symbol."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sym) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Sym, str(self)))


class Array(list[Value]):
    """An Array."""

    __slots__ = ("frozen",)

    def __init__(self, items: Iterable[Value] = ()) -> None:
        super().__init__(items)
        self.frozen = False


def key_of(value: Value) -> Any:
    """What a Hash finds a key by: Ruby's eql?, in which 1, 1.0 and true are three keys."""
    if value is None or type(value) is Str or type(value) is Sym or type(value) is int:
        return value
    if isinstance(value, bool | float):
        return (type(value), value)
    if isinstance(value, Array):
        return (Array, tuple(key_of(item) for item in value))
    if isinstance(value, Hash):
        return (Hash, frozenset((place, key_of(item)) for place, (_, item) in value.entries.items()))
    return value


class Hash:
    """A Hash, in the order of insertion. `entries` is by `key_of`, and holds (key, value)."""

    __slots__ = ("default", "default_proc", "entries", "frozen", "keywords")

    def __init__(self, pairs: Iterable[tuple[Value, Value]] = (), *, keywords: bool = False) -> None:
        self.entries: dict[Any, tuple[Value, Value]] = {}
        for key, value in pairs:
            self[key] = value
        self.default: Value = None
        self.default_proc: Proc | None = None
        self.frozen = False
        self.keywords = keywords
        """Whether it came as `name: value` arguments, without braces."""

    def __setitem__(self, key: Value, value: Value) -> None:
        if type(key) is Str and not key.frozen:
            key = Str(key.s, frozen=True)
        self.entries[key_of(key)] = (key, value)

    def __getitem__(self, key: Value) -> Value:
        return self.entries[key_of(key)][1]

    def get(self, key: Value, default: Value = None) -> Value:
        """The value without the Hash's own default."""
        found = self.entries.get(key_of(key))
        return default if found is None else found[1]

    def __contains__(self, key: Value) -> bool:
        return key_of(key) in self.entries

    def __delitem__(self, key: Value) -> None:
        del self.entries[key_of(key)]

    def __len__(self) -> int:
        return len(self.entries)

    def items(self) -> Iterator[tuple[Value, Value]]:
        return iter(self.entries.values())

    def keys(self) -> Iterator[Value]:
        return (key for key, _ in self.entries.values())

    def values(self) -> Iterator[Value]:
        return (value for _, value in self.entries.values())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hash) or len(self) != len(other):
            return False
        return all(place in other.entries and other.entries[place][1] == value
                   for place, (_, value) in self.entries.items())  # fmt: skip

    __hash__ = None  # type: ignore[assignment]


class Range:
    """`first..last`, `first...last`; an end may be None."""

    __slots__ = ("exclusive", "first", "last")

    def __init__(self, first: Value, last: Value, exclusive: bool = False) -> None:
        self.first, self.last, self.exclusive = first, last, exclusive

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and (self.first, self.last, self.exclusive) == (
            other.first,
            other.last,
            other.exclusive,
        )

    def __hash__(self) -> int:
        return hash((Range, self.first, self.last, self.exclusive))


class Regexp:
    """A Regexp: its Ruby source and options ("i", "m", "x"); `compiled` is filled in by whoever uses it."""

    __slots__ = ("compiled", "options", "source")

    def __init__(self, source: str, options: str = "") -> None:
        self.source, self.options = source, options
        self.compiled: Any = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regexp) and (self.source, self.options) == (other.source, other.options)

    def __hash__(self) -> int:
        return hash((Regexp, self.source, self.options))


class Proc:
    """A block, proc or lambda. `body(args, block, me)` runs it; `me` replaces self where it is not None."""

    __slots__ = ("arity", "body", "is_lambda", "me", "parameters")

    def __init__(self, body: Callable[..., Value], arity: int = -1, is_lambda: bool = False) -> None:
        self.body, self.arity, self.is_lambda = body, arity, is_lambda
        self.me: Value = None
        self.parameters: tuple[tuple[str, str], ...] = ()


class Module:
    """A class or a module. `methods` are its instances', `own` its own (`def self.x`)."""

    def __init__(self, name: str, *, is_class: bool = True, parent: Module | None = None) -> None:
        self.name, self.is_class, self.parent = name, is_class, parent
        self.methods: dict[str, Any] = {}
        self.own: dict[str, Any] = {}
        self.constants: dict[str, Value] = {}
        self.included: list[Module] = []
        self.extended: list[Module] = []
        self.variables: dict[str, Value] = {}
        self.prepended: list[Module] = []
        self.outer: Module | None = None
        self.cache: dict[str, Any] = {}
        self.own_cache: dict[str, Any] = {}
        self.keyed: Runtime | None = None
        """Where the file defines `hash` or `eql?` for its instances: who calls them."""

    def __repr__(self) -> str:
        return f"Module({self.name})"


class Object:
    """An instance of a class of the file (or of one that the library defines): `data` is for Python's use."""

    __slots__ = ("data", "extended", "frozen", "kind", "variables")

    def __init__(self, kind: Module, data: Any = None) -> None:
        self.kind, self.data = kind, data
        self.variables: dict[str, Value] = {}
        self.extended: list[Module] = []
        self.frozen = False

    def _keyed(self) -> Runtime | None:
        kind: Module | None = self.kind
        while kind is not None and kind.keyed is None:
            kind = kind.parent
        return None if kind is None else kind.keyed

    def __hash__(self) -> int:
        rt = self._keyed()
        return object.__hash__(self) if rt is None else hash(rt.send(self, "hash", []))

    def __eq__(self, other: object) -> bool:
        """As a Hash's keys are compared: the same object, or `eql?` where the file defines it."""
        if self is other or not isinstance(other, Object):
            return self is other
        rt = self._keyed()
        return rt is not None and rt.send(self, "eql?", [other]) not in (None, False)


class Host(Protocol):
    """An object of serai's that a file talks to (`config`, `config.vm`, …): Python behind a Ruby face."""

    ruby_class: str
    """What `.class` says."""

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        """Answer a message. `name` may end in `=`, `?` or `!`, or be `[]`, `[]=`, `<<`. `rt.where` is its place.
        A constant inside (`Vagrant::VERSION`) is asked for by its name. What every object answers (`nil?`,
        `class`, `is_a?`, `send`, `respond_to?`, `tap`, `==`, `instance_eval`, …) does not come here.

        Raises `rt.raised("NoMethodError", …)` for what it does not know."""
        ...


def plain(value: Value) -> Any:
    """A value as Python data: Str and Sym → str, Array → list, Hash → dict with string keys where it can."""
    if isinstance(value, Str):
        return value.s
    if isinstance(value, Sym):
        return str(value)
    if isinstance(value, Array | list):
        return [plain(item) for item in value]
    if isinstance(value, Hash):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, Range) and isinstance(value.first, int) and isinstance(value.last, int):
        return list(range(value.first, value.last + (0 if value.exclusive else 1)))
    return value


def ruby(value: Any) -> Value:
    """Python data (of YAML, JSON, …) as values: str → Str, list → Array, dict → Hash."""
    if isinstance(value, Sym) or value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return Str(value)
    if isinstance(value, Array):
        return value
    if isinstance(value, list | tuple):
        return Array(ruby(item) for item in value)
    if isinstance(value, dict):
        return Hash((ruby(key), ruby(item)) for key, item in value.items())
    return value
