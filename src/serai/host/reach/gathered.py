"""A host as it was at one moment: what was gathered is told from memory, all else is asked for once.

For facts alone. A change looks at the host itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from serai.host.facts.unknown import Unknown
from serai.host.reach.contract import Entry, Reach, Snapshot
from serai.host.reach.local import PROGRAMS


class Gathered:
    """A Reach for reading; what it does not know itself, another one does."""

    def __init__(self, reach: Reach, known: Snapshot) -> None:
        self._reach = reach
        self._known = known
        self._once: dict[tuple[str, ...], Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reach, name)

    def _ask(self, do: Callable[..., Any], *words: str) -> Any:
        """The answer, or the same refusal again."""
        key = (getattr(do, "__name__", ""), *words)
        if key not in self._once:
            try:
                self._once[key] = partial(_give, do(*words))
            except (OSError, Unknown) as error:
                self._once[key] = partial(_refuse, error)
        return self._once[key]()

    def _absent(self, path: str) -> bool:
        """Whether what was gathered says that nothing is there; else it is not known."""
        listed, place = self._known.names, ""
        for part in path.strip("/").split("/"):
            if part and part not in listed.get(place or "/", (part,)):
                return True
            place = f"{place}/{part}"
        return False

    def read(self, path: str) -> bytes | None:
        if (known := self._known.files.get(path)) is not None:
            return known
        found: bytes | None = None if self._absent(path) else self._ask(self._reach.read, path)
        return found

    def names(self, path: str) -> list[str] | None:
        if (known := self._known.names.get(path)) is not None:
            return list(known)
        found: list[str] | None = None if self._absent(path) else self._ask(self._reach.names, path)
        return found

    def has(self, path: str) -> bool:
        if self._absent(path):
            return False
        above, _, name = path.rpartition("/")
        return name in self._known.names.get(above or "/", ()) or bool(self._ask(self._reach.has, path))

    def entry(self, path: str) -> Entry | None:
        found: Entry | None = None if self._absent(path) else self._ask(self._reach.entry, path)
        return found

    def target(self, path: str) -> str:
        if (known := self._known.links.get(path)) is not None:
            return known
        return "" if self._absent(path) else str(self._ask(self._reach.target, path))

    def program(self, name: str) -> str:
        listed = self._known.names
        found = (f"{place}/{name}" for place in PROGRAMS if name in listed.get(place, ()))
        if all(place in listed or self._absent(place) for place in PROGRAMS):
            return next(found, "")
        return str(self._ask(self._reach.program, name))

    def ask(self, question: str, about: str = "") -> str:
        known = self._known.answers.get((question, about))
        if isinstance(known, tuple):
            raise Unknown(*known)
        return str(self._ask(self._reach.ask, question, about)) if known is None else known


def _give(value: Any) -> Any:
    return value


def _refuse(error: Exception) -> Any:
    raise error
