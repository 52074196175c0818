"""What can be done with a host, however it is reached: its files, its programs, its kernel."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

import msgspec

from serai.util.process import Result

NEEDS_PYTHON = "needs Python there"
"""Why a host that has a shell alone does not tell."""


class Kind(StrEnum):
    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "other"


class Entry(msgspec.Struct, frozen=True):
    """What a path names, links not followed; `mode` is the permission bits."""

    kind: Kind
    mode: int
    uid: int
    gid: int


Questions = Sequence[tuple[str, str]]
"""(question, about) for the kernel."""


class Snapshot(msgspec.Struct, frozen=True):
    """What was read at once, where each question on its own would take long. What is not here was not read.

    `files`: path -> content; `names`: directory -> what it holds; `links`: path -> target, empty for no link;
    `answers`: (question, about) -> the answer, or why there is none and what was to be read.
    """

    files: dict[str, bytes] = {}
    names: dict[str, list[str]] = {}
    links: dict[str, str] = {}
    answers: dict[tuple[str, str], str | tuple[str, str]] = {}


class Reach(Protocol):
    """Paths are absolute, as the host has them. What the system refuses is an OSError."""

    name: str
    """For messages: `this host`, `user@server`, `/srv/tree`."""
    live: bool
    """Whether there are programs and a kernel to ask; a tree of files has none."""

    def missing(self, path: str) -> str:
        """Why nothing can be said of a path (a tree without /proc); empty: it can."""

    def read(self, path: str) -> bytes | None:
        """A file; None: there is none."""

    def names(self, path: str) -> list[str] | None:
        """What a directory holds, unsorted; None: there is no such directory."""

    def has(self, path: str) -> bool:
        """Whether a file, directory or link is there."""

    def entry(self, path: str) -> Entry | None:
        """What is there; None: nothing."""

    def target(self, path: str) -> str:
        """Where a link leads, as it is written; empty: it is no link."""

    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 600) -> Result:
        """Run a program to its end, whatever its exit code. Raises SeraiError (Code.MISSING, Code.TIMEOUT), and
        Code.UNSUPPORTED where there is nothing that runs."""

    def program(self, name: str) -> str:
        """Where a program is; empty: it is not installed."""

    def ask(self, question: str, about: str = "") -> str:
        """What the running kernel answers (facts/kernel.py). Raises facts.source.Unknown."""

    def gather(
        self, files: Sequence[str], names: Sequence[str], links: Sequence[str], questions: Questions
    ) -> Snapshot:
        """As much of it as can be had at once; paths may be patterns of glob(7). Nothing where that is no gain."""

    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        """Replace a file in one step; its directory is there. Durable when it returns."""

    def put(self, path: str, text: str) -> None:
        """Write into a file of the kernel's (sysfs, /proc/sys), as `echo` does."""

    def make_directory(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        """Make one directory; its parent is there, it is not."""

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link, in place of a file or link that is there."""

    def remove(self, path: str) -> None:
        """Remove a file, a link, or an empty directory; nothing happens where there is none."""

    def lock(self, note: str) -> AbstractContextManager[None]:
        """Keep other changes of this host out. Raises SeraiError (Code.BUSY) naming who makes them."""
