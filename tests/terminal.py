"""A person's terminal on which serai runs: what is typed, what is seen, and how it ends."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BUDGET = 30.0


class Terminal:
    """A person's, on which a program runs."""

    def __init__(self, pid: int, keys: int, budget: float) -> None:
        self.pid, self.keys, self.budget = pid, keys, budget
        self.said = ""
        self.ended = False

    def type_until(self, text: str, done: Callable[[], bool]) -> None:
        """Again and again: what is typed before the program has the terminal to itself is thrown away."""
        deadline = time.monotonic() + self.budget
        while not done():
            assert time.monotonic() < deadline, f"within {self.budget:g} s it said only {self.said!r}"
            with suppress(OSError):  # nobody has its other end any more
                os.write(self.keys, text.encode())
            self._read(1.0, done)

    def _read(self, budget: float, done: Callable[[], bool]) -> None:
        pause = time.monotonic() + budget
        while not done() and (left := pause - time.monotonic()) > 0:
            if not select.select([self.keys], [], [], left)[0]:
                return
            try:
                self.said += os.read(self.keys, 4096).decode(errors="replace")
            except OSError:  # nobody has its other end any more
                self.ended = True

    def leave(self, text: str) -> int:
        """Type that until the program has ended; its exit code."""
        self.type_until(text, lambda: self.ended)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextmanager
def on_a_terminal(place: os.PathLike[str], *words: str, budget: float = BUDGET) -> Iterator[Terminal]:
    pid, keys = pty.fork()
    if pid == 0:
        os.chdir(place)
        os.execv(sys.executable, [sys.executable, "-m", "serai", *words])
    try:
        yield Terminal(pid, keys, budget)
    finally:
        os.close(keys)
