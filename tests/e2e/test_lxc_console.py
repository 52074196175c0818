"""The console of a container on a real terminal: what is typed arrives, Ctrl-a and q leave it as it is."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.timeout(120)]
ONE = """
project: shop
machines:
  web:
    provider: lxc
    halt_timeout: 1s
    networks: [{uplink: {type: none}}]
    container: {template: busybox, cmd: [/bin/sh, -c, 'while read word; do echo "heard $word"; done']}
"""
BUDGET = 30.0


class Terminal:
    """A person's, on which a program runs."""

    def __init__(self, pid: int, keys: int) -> None:
        self.pid, self.keys = pid, keys
        self.said = ""
        self.ended = False

    def type_until(self, text: str, done: Callable[[], bool]) -> None:
        """Again and again: what is typed before the program has the terminal to itself is thrown away."""
        deadline = time.monotonic() + BUDGET
        while not done():
            assert time.monotonic() < deadline, f"within {BUDGET:g} s it said only {self.said!r}"
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
def on_a_terminal(place: os.PathLike[str], *words: str) -> Iterator[Terminal]:
    pid, keys = pty.fork()
    if pid == 0:
        os.chdir(place)
        os.execv(sys.executable, [sys.executable, "-m", "serai", *words])
    try:
        yield Terminal(pid, keys)
    finally:
        os.close(keys)


def test_what_is_typed_arrives_and_the_keys_leave_it_running(boxes):
    boxes.file(ONE)
    boxes("up")

    with on_a_terminal(boxes.root, "console", "web") as terminal:
        terminal.type_until("one\r", lambda: "heard one" in terminal.said)
        assert "attaching, Ctrl-a and then q detaches" in terminal.said
        assert terminal.leave("\x01q") == 0

    assert boxes.states() == {"web": "ready"}
    with on_a_terminal(boxes.root, "console", "web") as terminal:
        assert terminal.leave("\x01q") == 0
        assert "heard one" in terminal.said, "the end of its log comes first"


def test_a_shell_has_the_terminal(boxes):
    boxes.file(ONE)
    boxes("up")

    with on_a_terminal(boxes.root, "ssh", "web") as terminal:
        terminal.type_until("tty; echo in $(hostname)\r", lambda: "in web" in terminal.said)
        assert "/dev/" in terminal.said
        assert terminal.leave("exit 3\r") == 3
