"""The guide's acts as data: acts.toml is the table of all, ID.toml the page of one that this version serves."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

_ID = re.compile(r"([A-Za-z]{2,4})[-_ ]?([0-9]{1,2})")


class State(StrEnum):
    """Whether this version does an act."""

    SERVED = "served"
    PARTLY = "partly"
    LATER = "later"


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table. `rest` says what a partly served act misses."""

    act: str
    state: State = State.LATER
    rest: str = ""


class See(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command to run, and what it shows."""

    run: str
    shows: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What there is to know about one act: the old advice, what is wrong with it, and what serai does."""

    title: str
    then: str
    wrong: str
    now: str
    see: list[See]
    sources: list[str]
    keys: list[str] = []
    """Where it is in the project file."""
    numbers: list[str] = []


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    families: dict[str, str]
    acts: dict[str, Act]


def acts() -> dict[str, Act]:
    """All acts by id, in the guide's order."""
    return _table().acts


def families() -> dict[str, str]:
    """What the letters of the ids stand for."""
    return _table().families


@cache
def _table() -> _Table:
    return msgspec.convert(_read("acts"), _Table)


def page(ident: str) -> Page | None:
    """The page of an act; None when this version does not do it."""
    if acts()[ident].state is State.LATER:
        return None
    found = _read(ident)
    texts = {key: " ".join(value.split()) for key, value in found.items() if isinstance(value, str)}
    return msgspec.convert({**found, **texts}, Page)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


def as_id(word: str) -> str | None:
    """`hw-1`, `HW1` and `hw_1` as the guide writes it, HW-1; None for what does not look like an id."""
    match = _ID.fullmatch(word.strip())
    return f"{match[1].upper()}-{int(match[2])}" if match else None
