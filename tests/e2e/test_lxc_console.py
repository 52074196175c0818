"""The console of a container on a real terminal: what is typed arrives, Ctrl-a and q leave it as it is."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
ATTACHED = "to exit the console"
"""lxc-console says so when it has the terminal; what was typed before is thrown away."""


class Terminal:
    """A person's, on which a program runs."""

    def __init__(self, pid: int, keys: int) -> None:
        self.pid, self.keys = pid, keys
        self.said = ""

    def type(self, text: str) -> None:
        os.write(self.keys, text.encode())

    def read_until(self, done: Callable[[str], bool]) -> str:
        deadline = time.monotonic() + BUDGET
        while not done(self.said):
            ready, _, _ = select.select([self.keys], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"within {BUDGET:g} s it said only {self.said!r}"
            try:
                self.said += os.read(self.keys, 4096).decode(errors="replace")
            except OSError:
                break  # it has ended
        return self.said

    def type_until(self, text: str, word: str) -> None:
        """Again and again: what is typed before the program has the terminal is thrown away."""
        deadline = time.monotonic() + BUDGET
        while word not in self.said:
            assert time.monotonic() < deadline, f"within {BUDGET:g} s it said only {self.said!r}"
            self.type(text)
            pause = time.monotonic() + 0.5
            while word not in self.said and (left := pause - time.monotonic()) > 0:
                if select.select([self.keys], [], [], left)[0]:
                    self.said += os.read(self.keys, 4096).decode(errors="replace")

    def end(self) -> int:
        self.read_until(lambda said: False)
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
        terminal.read_until(lambda said: ATTACHED in said)
        assert "attaching, Ctrl-a and then q detaches" in terminal.said
        terminal.type("one\r")
        terminal.read_until(lambda said: "heard one" in said)
        terminal.type("\x01q")
        assert terminal.end() == 0

    assert boxes.states() == {"web": "ready"}
    with on_a_terminal(boxes.root, "console", "web") as terminal:
        terminal.read_until(lambda said: ATTACHED in said)
        assert "heard one" in terminal.said  # the end of its log
        terminal.type("\x01q")
        assert terminal.end() == 0


def test_a_shell_has_the_terminal(boxes):
    boxes.file(ONE)
    boxes("up")

    with on_a_terminal(boxes.root, "ssh", "web") as terminal:
        terminal.type_until("tty; echo in $(hostname)\r", "in web")
        assert "/dev/" in terminal.said
        terminal.type("exit 3\r")
        assert terminal.end() == 3
