"""Where facts come from: files below a root, programs, the running kernel; or why there is none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from serai.host.reach.contract import Reach, Snapshot
from serai.host.reach.local import PROGRAMS, Asker, Local, Runner
from serai.util.errors import SeraiError

BUDGET = 5.0
"""Seconds that a program may take."""


class Unknown(Exception):
    """A fact that could not be measured: why, and what was to be read."""

    def __init__(self, why: str, read: str) -> None:
        super().__init__(why)
        self.why = why
        self.read = read


class Reading(msgspec.Struct, frozen=True):
    """What was read: the file or the program, its text without the end of line, and whether it is there at all."""

    path: str
    text: str = ""
    there: bool = True

    @property
    def value(self) -> str:
        """On one line, for a person."""
        return " ".join(self.text.split())[:80] if self.there else "not there"

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def number(self) -> int:
        """Raises Unknown for what is no number."""
        try:
            return int(self.text, 0)
        except ValueError:
            raise Unknown(f"{self.value!r} is not a number", self.path) from None


class Source:
    """What is read of a host, each thing once. The host is reached as `reach` has it, or it is `root`'s tree."""

    def __init__(
        self,
        root: Path = Path("/"),
        run: Runner | None = None,
        ask: Asker | None = None,
        reach: Reach | None = None,
    ) -> None:
        self.reach: Reach = reach or Local(root, run, ask)
        self.live = self.reach.live if reach else root == Path("/")
        self._read = cache(self._reading)
        self._gathered = Snapshot()

    def gather(self) -> None:
        """Read at once what is usually read, where each question would take a round trip of its own."""
        from serai.host.facts.gather import FILES, LINKS, NAMES, QUESTIONS

        self._gathered = self.reach.gather(FILES, NAMES, LINKS, QUESTIONS)

    def _absent(self, path: str) -> bool:
        """Whether what was gathered says that nothing is there; else it is not known."""
        listed, place = self._gathered.names, ""
        if not listed:
            return False
        for part in path.strip("/").split("/"):
            if part and part not in listed.get(place or "/", (part,)):
                return True
            place = f"{place}/{part}"
        return False

    def read(self, path: str) -> Reading:
        """A file of the host, `/proc/cmdline`; what is not there is `there=False`.

        Raises Unknown where it cannot be told: no permission, or a tree of files without that part of a host.
        """
        return self._read(path)

    def _reading(self, path: str) -> Reading:
        self._must_have(path)
        if (known := self._gathered.files.get(path)) is not None:
            return Reading(path, known.decode(errors="replace").rstrip("\n"))
        if self._absent(path):
            return Reading(path, there=False)
        try:
            data = self.reach.read(path)
        except OSError as error:
            raise Unknown(f"cannot be read: {error.strerror}", path) from error
        if data is None:
            return Reading(path, there=False)
        return Reading(path, data.decode(errors="replace").rstrip("\n"))

    def names(self, path: str) -> list[str]:
        """What a directory holds, sorted; nothing where it is not there."""
        self._must_have(path)
        if (known := self._gathered.names.get(path)) is not None or self._absent(path):
            return sorted(known or ())
        try:
            return sorted(self.reach.names(path) or ())
        except OSError as error:
            raise Unknown(f"cannot be listed: {error.strerror}", path) from error

    def has(self, path: str) -> bool:
        """Whether a file, link or directory is there."""
        self._must_have(path)
        if self._absent(path):
            return False
        above, _, name = path.rpartition("/")
        return name in self._gathered.names.get(above or "/", ()) or self.reach.has(path)

    def link(self, path: str) -> str:
        """The last part of where a link leads; empty: there is none."""
        self._must_have(path)
        known = "" if self._absent(path) else self._gathered.links.get(path)
        return (self.reach.target(path) if known is None else known).rpartition("/")[2]

    @property
    def is_here(self) -> bool:
        """Whether it is the host that serai itself runs on."""
        return self.live and isinstance(self.reach, Local)

    @property
    def root(self) -> Path:
        """Where the host's files are on this machine. Raises Unknown for a host that is elsewhere."""
        if not isinstance(self.reach, Local):
            raise Unknown("this is looked at on the host itself alone", self.reach.name)
        return self.reach.root

    def _must_have(self, path: str) -> None:
        if why := self.reach.missing(path):
            raise Unknown(why, path)

    def program(self, name: str) -> str:
        """Where a program is; empty: it is not installed."""
        self._must_have("/usr/bin")
        for place in PROGRAMS if self._gathered.names else ():
            if name in self._gathered.names.get(place, ()):
                return f"{place}/{name}"
        if all(place in self._gathered.names or self._absent(place) for place in PROGRAMS):
            return ""
        return self.reach.program(name)

    def run(self, *argv: str) -> Reading:
        """What a program says. Raises Unknown: not installed, failed, or no running host to ask."""
        shown = " ".join(argv)
        if not self.reach.live:
            raise Unknown("only the running host can be asked", shown)
        try:
            done = self.reach.run(argv, timeout=BUDGET)
        except SeraiError as error:
            raise Unknown(error.message, shown) from error
        if not done.ok:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise Unknown(said[-1] if said else f"exit code {done.code}", shown)
        return Reading(shown, done.stdout.rstrip("\n"))

    def ask(self, question: str, about: str = "") -> str:
        """What the running kernel answers (facts/kernel.py). Raises Unknown."""
        known = self._gathered.answers.get((question, about))
        if isinstance(known, tuple):
            raise Unknown(*known)
        return self.reach.ask(question, about) if known is None else known
