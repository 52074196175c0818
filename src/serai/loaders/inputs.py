"""What a project was made of: files that were read, variables, and what was looked for on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from serai.util.paths import expanduser

ABSENT, FILE, OTHER = "absent", "file", "other"
_FORMAT, _REGULAR = 0o170000, 0o100000
"""Bits of st_mode. Source: inode(7)."""


def kind(path: str) -> str:
    """FILE, OTHER (a directory, a device, …) or ABSENT, as what cannot be looked at. Links are followed."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - the fast path has no use for a Path
    except (OSError, ValueError):  # too long a name, a NUL
        return ABSENT
    return FILE if mode & _FORMAT == _REGULAR else OTHER


class Inputs:
    """Written down while a loader works: the same inputs give the same project."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.files: dict[str, bytes] = {}
        """Absolute path -> content."""
        self.variables: dict[str, str | None] = {}
        """None: it was not set."""
        self.places: dict[str, str] = {}
        """Absolute path -> what was there, as `kind` says."""
        self.whole = True
        """Whether this is all: what else was asked (a plugin, the accounts of the host) cannot be written down."""
        self._looked: dict[str, str] = {}
        self.environ: Mapping[str, str] = _Watched(environ, self)
        self.bare = environ
        """The same without a watch: who reads it notes what."""

    def look(self, directory: Path, text: str) -> str:
        """What is where a file says `text`: relative to its directory, or to a home (`~`). Looked at once."""
        known = self._looked.get(text)
        if known is None:
            if text.startswith("~"):
                self.whole = False  # where that is, the environment and the host's accounts say together
            known = self._looked[text] = self._kind(directory, text)
        return known

    def _kind(self, directory: Path, text: str) -> str:
        place = str(directory / expanduser(text))
        self.places[place] = kind(place)
        return self.places[place]


class _Watched(Mapping[str, str]):
    """An environment that notes what is read of it."""

    def __init__(self, environ: Mapping[str, str], inputs: Inputs) -> None:
        self._environ = environ
        self._inputs = inputs

    def __getitem__(self, name: str) -> str:
        self._inputs.variables[name] = self._environ.get(name)
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        self._inputs.whole = False
        return iter(self._environ)

    def __len__(self) -> int:
        self._inputs.whole = False
        return len(self._environ)
