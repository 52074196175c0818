"""`ENV`: a copy of the environment that notes which variables the file looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

EVERYTHING = "*"
"""In `seen`: the file went over all of them."""


class Environ(dict[str, str]):
    """Writes stay in here. `seen`: name → its value at first, None where it was not set."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self._first = dict(given)
        self.seen: dict[str, str | None] = {}

    def _note(self, name: object) -> None:
        if isinstance(name, str):
            self.seen.setdefault(name, self._first.get(name))

    def __getitem__(self, name: str) -> str:
        self._note(name)
        return super().__getitem__(name)

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self._note(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self.seen[EVERYTHING] = None
        return super().__iter__()

    def keys(self):  # type: ignore[no-untyped-def]
        self.seen[EVERYTHING] = None
        return super().keys()

    def items(self):  # type: ignore[no-untyped-def]
        self.seen[EVERYTHING] = None
        return super().items()

    def values(self):  # type: ignore[no-untyped-def]
        self.seen[EVERYTHING] = None
        return super().values()
