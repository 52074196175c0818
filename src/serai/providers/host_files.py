"""Files of a host as providers read them: /sys and /proc, of this host or below a directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Paths are absolute, as the host has them."""

    def text(self, path: str) -> str:
        """What a file says, without the end of line; empty: there is none."""

    def names(self, path: str) -> list[str]:
        """What a directory holds, sorted; nothing where there is none."""

    def has(self, path: str) -> bool:
        """Whether something is there."""

    def target(self, path: str) -> str:
        """Where a link leads, as it is written; empty: it is no link."""

    def opens(self, path: str) -> bool:
        """Whether this user may read and write it."""


class Below:
    """The files below a directory; what may not be read says nothing."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def _at(self, path: str) -> Path:
        return self._root / path.lstrip("/")

    def text(self, path: str) -> str:
        try:
            return self._at(path).read_text(errors="replace").rstrip("\n")
        except OSError:
            return ""

    def names(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(self._at(path)))  # noqa: PTH208 - names are what is wanted
        except OSError:
            return []

    def has(self, path: str) -> bool:
        return os.path.lexists(self._at(path))

    def target(self, path: str) -> str:
        try:
            return os.readlink(self._at(path))  # noqa: PTH115 - as it is written
        except OSError:
            return ""

    def opens(self, path: str) -> bool:
        return os.access(self._at(path), os.R_OK | os.W_OK)


HERE = Below()


def last(target: str) -> str:
    """The name that a link's target ends in: of a driver, a group, a slave."""
    return target.rpartition("/")[2]
