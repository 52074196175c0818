"""The local program that runs words in a guest by its agent, with its own stdin, stdout, stderr and exit code.

A provider's own module is its main: it knows how to get a turn at the agent.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Sequence
from typing import NoReturn

from serai.guest import agent
from serai.guest.agent import Turn
from serai.util.errors import SeraiError

STDIN, STDOUT, STDERR = 0, 1, 2
BROKEN = 255
"""Exit code of a way in that failed, as ssh's; what it says then begins with SAID."""
SAID = "serai: "
AT_ONCE = 0.05
"""Seconds without a byte after which a command starts before the end of its input."""


class Pipe:
    """Standard input, as it comes."""

    def __init__(self, handle: int = STDIN) -> None:
        self.handle = handle
        self.ended = False

    def head(self, most: int) -> bytes:
        """All of it, where that is no more than `most` bytes and comes at once."""
        parts, size = [], 0
        while size < most and not self.ended and self._ready(AT_ONCE):
            part = self._read(most - size)
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def take(self, most: int) -> bytes:
        """What is there; a writer that keeps on is waited for, so that segments are large."""
        parts, size = [], 0
        while size < most and not self.ended and self._ready(0):
            part = self._read(most - size)
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def wait(self, seconds: float) -> None:
        """See Input.wait."""
        if self.ended:
            agent.time_out(seconds)
        else:
            self._ready(seconds)

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self.handle], [], [], seconds)[0])

    def _read(self, most: int) -> bytes:
        part = os.read(self.handle, min(most, 1 << 16))
        self.ended = not part
        return part


def serve(turn: Turn, user: str, words: Sequence[str]) -> int:
    """Run `words`; without words, say whether the agent answers."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        if not words:
            with turn() as call:
                call("guest-ping")
            return 0
        return agent.execute(turn, words, user=user, given=Pipe(), out=_to(STDOUT), err=_to(STDERR))
    except SeraiError as error:
        os.write(STDERR, f"{SAID}{error}\n".encode())
        return BROKEN
    except BrokenPipeError:
        return BROKEN


def _stop(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _to(handle: int) -> agent.Sink:
    def write(data: bytes) -> None:
        while data:
            data = data[os.write(handle, data) :]

    return write
