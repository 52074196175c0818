"""Where facts come from: files below a root, programs, the running kernel; or why there is none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from serai.host.facts.unknown import Unknown
from serai.host.reach.contract import Reach
from serai.host.reach.local import Asker, Local, Runner
from serai.util.errors import SeraiError

__all__ = ["BUDGET", "Reading", "Source", "Unknown"]
BUDGET = 5.0
"""Seconds that a program may take."""


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


def gathered(reach: Reach) -> Reach:
    """The same host, with what is usually read of it in memory where each question would take a round trip."""
    from serai.host.facts.gather import FILES, LINKS, NAMES, QUESTIONS

    known = reach.gather(FILES, NAMES, LINKS, QUESTIONS)
    if not known.names:
        return reach
    from serai.host.reach.gathered import Gathered

    return Gathered(reach, known)


class Source:
    """What is read of a host, each thing once. The host is reached as `reach` has it, or it is `root`'s tree."""

    def __init__(
        self,
        root: Path = Path("/"),
        run: Runner | None = None,
        ask: Asker | None = None,
        reach: Reach | None = None,
    ) -> None:
        self.reach: Reach = gathered(reach) if reach else Local(root, run, ask)
        self.live = self.reach.live if reach else root == Path("/")
        self._read = cache(self._reading)

    def read(self, path: str) -> Reading:
        """A file of the host, `/proc/cmdline`; what is not there is `there=False`.

        Raises Unknown where it cannot be told: no permission, or a tree of files without that part of a host.
        """
        return self._read(path)

    def _reading(self, path: str) -> Reading:
        self._must_have(path)
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
        try:
            return sorted(self.reach.names(path) or ())
        except OSError as error:
            raise Unknown(f"cannot be listed: {error.strerror}", path) from error

    def has(self, path: str) -> bool:
        """Whether a file, link or directory is there."""
        self._must_have(path)
        return self.reach.has(path)

    def link(self, path: str) -> str:
        """The last part of where a link leads; empty: there is none."""
        self._must_have(path)
        return self.reach.target(path).rpartition("/")[2]

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
        return self.reach.ask(question, about)
