"""The real Ruby as a process: lines both ways over two pipes, what it prints, its time, its end."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from serai.loaders.vagrantfile.byruby.sandbox import Bounds
from serai.util.errors import Code, SeraiError, Where

LONGEST = 64 << 20
"""Bytes of one message."""
PIECE = 1 << 16
HINT = "a Vagrantfile only describes machines"
AT_END = 2.0
"""Seconds that `at_exit` has."""


class Process:
    """One Ruby with the recorder in it. `say` is given what it prints on stdout and stderr, in one stream."""

    def __init__(
        self,
        argv: Callable[[int, int], Sequence[str]],
        *,
        environ: Mapping[str, str],
        cwd: Path,
        bounds: Bounds,
        say: Callable[[str], None],
        place: Callable[[], Where],
    ) -> None:
        self._say, self._place, self._bounds = say, place, bounds
        theirs, self._to = os.pipe()
        self._from, their_sink = os.pipe()
        self._printed, their_print = os.pipe()
        try:
            self._process = subprocess.Popen(
                argv(theirs, their_sink),
                stdin=subprocess.DEVNULL,
                stdout=their_print,
                stderr=their_print,
                pass_fds=(theirs, their_sink),
                env=dict(environ),
                cwd=cwd,
                start_new_session=True,
            )
        finally:
            for fd in (theirs, their_sink, their_print):
                os.close(fd)
        self._rest = b""
        self._written = 0
        self._end = time.monotonic() + bounds.seconds
        self._watch = selectors.DefaultSelector()
        self._watch.register(self._from, selectors.EVENT_READ)
        self._watch.register(self._printed, selectors.EVENT_READ)
        for fd in (self._printed, self._to):
            os.set_blocking(fd, False)

    def tell(self, message: dict[str, Any]) -> None:
        data = memoryview(json.dumps(message).encode() + b"\n")
        while data:
            try:
                data = data[os.write(self._to, data) :]
            except BlockingIOError:
                self._wait_to_write()
            except BrokenPipeError:
                raise self._gone() from None

    def _wait_to_write(self) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._to, selectors.EVENT_WRITE)
            if not ready.select(self._left()):
                raise self._late()

    def hear(self) -> dict[str, Any]:
        """The next message. Raises SeraiError when the process has ended, or takes too long."""
        while b"\n" not in self._rest:
            events = self._watch.select(self._left())
            if not events:
                raise self._late()
            for key, _ in events:
                self._take(key.fd)
        line, _, self._rest = self._rest.partition(b"\n")
        self._show()
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise self._out("the file writes into the pipe between serai and Ruby")
        return said

    def _left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def _take(self, fd: int) -> None:
        if fd == self._printed:
            if self._show():
                self._watch.unregister(fd)
            return
        data = os.read(fd, PIECE)
        if not data:
            raise self._gone()
        self._rest += data
        if len(self._rest) > LONGEST:
            raise self._out("the file says more than 64 MiB at once")

    def _show(self) -> bool:
        """Hand on what was printed until now. True at its end."""
        try:
            while data := os.read(self._printed, PIECE):
                text = data.decode(errors="replace")
                self._written += len(text)
                if self._written > self._bounds.printed:
                    raise self._out(f"prints more than {self._bounds.printed >> 10} KiB")
                self._say(text)
        except BlockingIOError:
            return False
        return True

    # Its end

    def end(self) -> None:
        """Let it run `at_exit`, and end it when that takes long."""
        os.close(self._to)
        self._to = -1
        self._end = time.monotonic() + AT_END
        while self._process.poll() is None and self._left():
            for key, _ in self._watch.select(min(0.05, self._left())):
                if key.fd == self._printed and not self._show():
                    continue
                self._watch.unregister(key.fd)
        self._show()

    def close(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.wait()
        self._watch.close()
        for fd in (self._to, self._from, self._printed):
            if fd >= 0:
                os.close(fd)

    def _gone(self) -> SeraiError:
        self._show()
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return self._out("the real Ruby has closed its pipe to serai")
        number = -code if code < 0 else code - 128
        if number in (signal.SIGXCPU, signal.SIGKILL):
            return self._out(
                f"the real Ruby was killed: more than {self._bounds.cpu} s of CPU time, or no memory left"
            )
        return self._out(f"the real Ruby has ended by itself, with exit code {code}")

    def _late(self) -> SeraiError:
        return self._out(f"still running after {self._bounds.seconds:g} s: an endless loop?")

    def _out(self, what: str) -> SeraiError:
        return SeraiError(Code.INPUT, what, hint=HINT, where=self._place())
