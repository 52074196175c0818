"""Two pipes to a program, each wait with its budget, and what it said on stderr when it ended."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Sequence

from serai.util.errors import Code, SeraiError

CHUNK = 1 << 16
ENDS = 5.0
"""Seconds for the program to end when its stdin is closed."""


class Lost(Exception):
    """The other side is gone, silent, or says what nobody understands; `said` is the program's own last line."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.said = said


class Wire:
    """Bytes to and from a program that was started here."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the program
        try:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, bufsize=0
            )
        except FileNotFoundError as error:
            raise SeraiError(Code.MISSING, f"the program {argv[0]} is not installed") from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._in.fileno(), False)
        self._rest = bytearray()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, data: bytes, budget: float) -> None:
        """Raises Lost."""
        rest, deadline = memoryview(data), time.monotonic() + budget
        with selectors.DefaultSelector() as selector:
            selector.register(self._in, selectors.EVENT_WRITE)
            while rest:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise self.lost(f"it takes nothing for {budget:g} s")
                try:
                    rest = rest[os.write(self._in.fileno(), rest[:CHUNK]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise self.lost("the connection was lost") from error

    def take(self, size: int, budget: float) -> bytes:
        """So many bytes. Raises Lost."""
        deadline = time.monotonic() + budget
        while len(self._rest) < size:
            self._more(deadline, budget)
        return self._cut(size)

    def until(self, mark: bytes, limit: int, budget: float) -> bytes:
        """All before the mark, which is taken away, too. Raises Lost, also where `limit` bytes come before it."""
        deadline, seen = time.monotonic() + budget, 0
        while (at := self._rest.find(mark, seen)) < 0:
            seen = max(0, len(self._rest) - len(mark))
            if seen > limit:
                raise self.lost(f"it says more than {limit} bytes")
            self._more(deadline, budget)
        data = self._cut(at)
        self._cut(len(mark))
        return data

    def _cut(self, size: int) -> bytes:
        data = bytes(self._rest[:size])
        del self._rest[:size]
        return data

    def _more(self, deadline: float, budget: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise self.lost(f"no answer within {budget:g} s")
        data = os.read(self._out.fileno(), 1 << 20)
        if not data:
            raise self.lost("the connection was lost")
        self._rest += data

    def lost(self, why: str) -> Lost:
        """The error, with what the program has said; it is ended, if it has not."""
        said = self.close()
        return Lost(why, said)

    def close(self) -> str:
        """Hang up, and wait for the program's end. Gives its own last words."""
        if self._errors.closed:
            return ""
        self._in.close()
        try:
            self._process.wait(ENDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()
        self._errors.seek(0)
        said = self._errors.read(CHUNK).decode(errors="replace")
        self._errors.close()
        return said
