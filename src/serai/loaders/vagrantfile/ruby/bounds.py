"""The bounds that a file runs in: steps, time, memory, depth, output. A hostile file ends here, with its place."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from serai.util.errors import Code, SeraiError, Where

TIMER = signal.ITIMER_VIRTUAL
BUSY = 300_000
"""Steps that no file takes which only describes machines: 133 machines in loops take 20,000."""
PATIENCE = 3
CHUNK = 5_000
"""Steps between two looks at the clock: some milliseconds."""


class Limits(msgspec.Struct, frozen=True):
    """How much a file may use."""

    steps: int = 5_000_000
    seconds: float = 1.0
    """Of this thread's CPU time, for a file that takes BUSY steps as well; others have PATIENCE times as long."""
    size: int = 256 << 20
    """Bytes that strings and collections may take, all of them added up."""
    depth: int = 1_000
    """Calls inside calls."""
    printed: int = 1 << 20
    """Bytes of output."""
    hint: str = "a Vagrantfile only describes machines; --ruby runs it by a real Ruby, without these bounds"
    """What is said to who meets one."""


class Meter:
    """What is left. `left` counts down to the next look at the clock: callers take from it, then call `look`."""

    __slots__ = ("_end", "_place", "_size", "_steps", "_written", "left", "limits")

    def __init__(self, limits: Limits, place: Callable[[], Where]) -> None:
        self.limits, self._place = limits, place
        self._steps = self._size = self._written = 0
        self.left = CHUNK
        self._end: float | None = None

    @property
    def taken(self) -> int:
        """The steps until now."""
        return self._steps + CHUNK - self.left

    def step(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            self.look()

    def look(self) -> None:
        """The steps since the last look are counted, and the clock is read."""
        self._steps += CHUNK - self.left
        self.left = CHUNK
        if self._steps > self.limits.steps:
            raise self.out(f"still running after {self.limits.steps:,} steps: an endless loop?")
        if self._end is not None:
            left = self._end - time.thread_time()
            if left < 0 or (self._steps > BUSY and left < self.limits.seconds * (PATIENCE - 1)):
                raise self.late()

    def grow(self, size: int) -> None:
        self._size += size
        if size < 0 or self._size > self.limits.size:
            raise self.out(f"takes more than {self.limits.size >> 20} MiB of memory")

    def printed(self, size: int) -> None:
        self._written += size
        if self._written > self.limits.printed:
            raise self.out(f"prints more than {self.limits.printed >> 10} KiB")

    def late(self) -> SeraiError:
        return self.out(
            f"still running after {self._steps:,} steps and {self._spent():.1f} s of CPU time: an endless loop?"
        )

    def _spent(self) -> float:
        return 0.0 if self._end is None else time.thread_time() - self._end + self.limits.seconds * PATIENCE

    def out(self, what: str) -> SeraiError:
        return SeraiError(
            Code.INPUT,
            what,
            hint=self.limits.hint,
            where=self._place(),
        )

    @contextmanager
    def clock(self) -> Iterator[None]:
        """The time runs in here. In the main thread a timer ends what takes no steps: a regular expression."""
        self._end = time.thread_time() + self.limits.seconds * PATIENCE
        threading = sys.modules.get("threading")  # where nobody has imported it there is one thread
        in_main = threading is None or threading.current_thread() is threading.main_thread()
        if not in_main or signal.getitimer(TIMER)[0]:
            try:
                yield
            finally:
                self._end = None
            return

        def ring(number: int, frame: object) -> None:
            if self._end is not None and time.thread_time() > self._end:
                raise self.late()

        before = signal.signal(signal.SIGVTALRM, ring)
        signal.setitimer(TIMER, self.limits.seconds * PATIENCE + 0.1, 0.2)
        try:
            yield
        finally:
            signal.setitimer(TIMER, 0)
            signal.signal(signal.SIGVTALRM, before)
            self._end = None
