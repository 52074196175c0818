"""Where facts come from: files below a root, programs, the running kernel; or why there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from serai.util import process
from serai.util.errors import SeraiError

BUDGET = 5.0
"""Seconds that a program may take."""

Runner = Callable[[Sequence[str]], process.Result]
Asker = Callable[[str, str], str]
"""A question and its object -> the answer. Raises Unknown."""


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
    """A host: its files below `root`, its programs, its kernel. The last two are the running host's alone."""

    def __init__(self, root: Path = Path("/"), run: Runner | None = None, ask: Asker | None = None) -> None:
        self.root = root
        self.live = root == Path("/")
        self._run = run
        self._ask = ask
        self._read = cache(self._reading)

    def read(self, path: str) -> Reading:
        """A file of the host, `/proc/cmdline`; what is not there is `there=False`.

        Raises Unknown where it cannot be told: no permission, or a tree of files without that part of a host.
        """
        return self._read(path)

    def _reading(self, path: str) -> Reading:
        self._must_have(path)
        try:
            with (self.root / path.lstrip("/")).open("rb") as file:
                data = file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return Reading(path, there=False)
        except OSError as error:
            raise Unknown(f"cannot be read: {error.strerror}", path) from error
        return Reading(path, data.decode(errors="replace").rstrip("\n"))

    def names(self, path: str) -> list[str]:
        """What a directory holds, sorted; nothing where it is not there."""
        self._must_have(path)
        try:
            return sorted(os.listdir(self.root / path.lstrip("/")))  # noqa: PTH208 - names are what is wanted
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise Unknown(f"cannot be listed: {error.strerror}", path) from error

    def has(self, path: str) -> bool:
        """Whether a file, link or directory is there."""
        self._must_have(path)
        return os.path.lexists(self.root / path.lstrip("/"))

    def link(self, path: str) -> str:
        """The last part of where a link leads; empty: there is none."""
        self._must_have(path)
        place = self.root / path.lstrip("/")
        return os.path.basename(os.readlink(place)) if place.is_symlink() else ""  # noqa: PTH115, PTH119 - hot

    def _must_have(self, path: str) -> None:
        top = path.lstrip("/").partition("/")[0]
        if not self.live and not (self.root / top).is_dir():
            raise Unknown(f"{self.root} holds no /{top}", path)

    def program(self, name: str) -> str:
        """Where a program is; empty: it is not installed."""
        places = [f"{place}/{name}" for place in ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin")]
        found = next((place for place in places if self.has(place)), "") if self.root.is_dir() else ""
        return found or (shutil.which(name) or "" if self.live else "")

    def run(self, *argv: str) -> Reading:
        """What a program says. Raises Unknown: not installed, failed, or no running host to ask."""
        shown = " ".join(argv)
        if self._run is None and not self.live:
            raise Unknown("only the running host can be asked", shown)
        try:
            done = (self._run or _started)(argv)
        except SeraiError as error:
            raise Unknown(error.message, shown) from error
        if not done.ok:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise Unknown(said[-1] if said else f"exit code {done.code}", shown)
        return Reading(shown, done.stdout.rstrip("\n"))

    def ask(self, question: str, about: str = "") -> str:
        """What the running kernel answers (facts/kernel.py). Raises Unknown."""
        if self._ask is not None:
            return self._ask(question, about)
        if not self.live:
            raise Unknown("only the running host can be asked", f"{question} {about}".strip())
        from serai.host.facts.kernel import answer

        return answer(question, about)


def _started(argv: Sequence[str]) -> process.Result:
    path = process.which(argv[0])
    return process.run([path, *argv[1:]], timeout=BUDGET, check=False, env={"LC_ALL": "C"})
