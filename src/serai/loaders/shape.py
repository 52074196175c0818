"""The form of the spec types, read from their annotations: which value is a text, a size, a list, a record.

Compiled on first use, a record at a time, so that a small file costs little.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from functools import cache, cached_property
from importlib import import_module
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

import msgspec


class Want(StrEnum):
    """How a scalar is read."""

    TEXT = "text"
    SIZE = "size"
    DURATION = "duration"
    VALUE = "value"
    """As YAML means it: numbers and booleans."""


def _is(hint: Any, base: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, base)


class Leaf:
    """One scalar."""

    __slots__ = ("want",)

    def __init__(self, want: Want) -> None:
        self.want = want


class ListOf:
    """A list; one item may stand alone."""

    def __init__(self, item: Any) -> None:
        self._item = item

    @cached_property
    def item(self) -> Shape:
        return shape_of(self._item)


class MapOf:
    """A map; `keys` are the only ones there may be, None leaves them free."""

    def __init__(self, key: Any, value: Any) -> None:
        self.keys = tuple(member.value for member in key) if _is(key, Enum) else None
        self._value = value

    @cached_property
    def value(self) -> Shape:
        return shape_of(self._value)


class Record:
    """A struct: its fields by name."""

    def __init__(self, cls: type[msgspec.Struct]) -> None:
        self.cls = cls
        self.rest: str = getattr(cls, "rest", "")
        """The field that holds keys which are no fields (see spec.base.Spec): a file never names it."""
        self.further: Mapping[str, str] = getattr(cls, "further", {})

    @property
    def asks(self) -> bool:
        """Whether somebody else knows further keys."""
        return bool(self.rest) and not self.further

    @cached_property
    def fields(self) -> Mapping[str, Shape]:
        hints = _annotations(self.cls)
        own = {name: shape_of(hints[name]) for name in self.cls.__struct_fields__ if name != self.rest}
        return Fields(own, self.further) if self.further else own


def _annotations(cls: type) -> dict[str, Any]:
    """What get_type_hints gives, a millisecond sooner where no annotation is a text, as in the spec."""
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints |= base.__annotations__ if issubclass(base, msgspec.Struct) and base is not msgspec.Struct else {}
    if any(isinstance(hint, str) for hint in hints.values()):
        return get_type_hints(cls, include_extras=True)
    return hints


class Fields(Mapping[str, "Shape"]):
    """Fields with further keys beside them, whose structs are imported when they are looked at."""

    def __init__(self, own: dict[str, Shape], further: Mapping[str, str]) -> None:
        self._own = own
        self._further = further
        self._names = tuple(dict.fromkeys((*own, *further)))  # in this order, whichever is looked at first

    def __getitem__(self, key: str) -> Shape:
        if key not in self._own:
            module, _, name = self._further[key].partition(":")
            self._own[key] = record(getattr(import_module(module), name))
        return self._own[key]

    def __contains__(self, key: object) -> bool:
        return key in self._own or key in self._further

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


Shape: TypeAlias = Leaf | ListOf | MapOf | Record

ANY = Leaf(Want.VALUE)
_LEAVES = {want: Leaf(want) for want in Want if want is not Want.VALUE} | {Want.VALUE: ANY}


@cache
def record(cls: type[msgspec.Struct]) -> Record:
    """The one Record of a struct."""
    return Record(cls)


def shape_of(hint: Any, unit: str = "") -> Shape:
    """The shape that an annotation describes; `| None` and Annotated are looked through."""
    origin = get_origin(hint)
    if origin is Annotated:
        metas = [meta for meta in hint.__metadata__ if isinstance(meta, msgspec.Meta)]
        units = [meta.extra["unit"] for meta in metas if meta.extra and "unit" in meta.extra]
        return shape_of(hint.__origin__, units[0] if units else unit)
    if origin in (Union, types.UnionType):
        members = [member for member in get_args(hint) if member is not type(None)]
        return shape_of(members[0], unit) if len(members) == 1 else ANY
    if origin is list:
        return ListOf(get_args(hint)[0])
    if origin is dict:
        return MapOf(*get_args(hint))
    if _is(hint, msgspec.Struct):
        return record(hint)
    if unit:
        return _LEAVES[Want(unit)]
    return _LEAVES[Want.TEXT] if _is(hint, str | Enum) else ANY


@cache
def paths(cls: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a struct that name a file or a directory of the project (see spec.base.PATH)."""
    return tuple(
        name for name, hint in _annotations(cls).items() if get_origin(hint) is Annotated and _named(hint)
    )


def _named(hint: Any) -> bool:
    return any(isinstance(meta, msgspec.Meta) and (meta.extra or {}).get("path") for meta in hint.__metadata__)
