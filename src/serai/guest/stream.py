"""Run a program and hand out its lines as they come: live, in order, binary safe, with a budget."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from serai.guest.transport import OnLine
from serai.util.errors import Code, SeraiError

CHUNK = 1 << 16
LONGEST = 1 << 16
"""Bytes of a line, about; what never ends its line is handed out in pieces of this size."""
KEPT = 1 << 20
"""Bytes that are kept of what somebody listens to, about: its end tells why it failed."""


class Output:
    """What a streamed program left. `stderr` is empty when it was merged into `stdout`, whose end is kept then."""

    __slots__ = ("code", "stderr", "stdout", "timed_out")

    def __init__(self, code: int, stdout: bytes, stderr: bytes, timed_out: bool) -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.timed_out = timed_out


class Lines:
    """Cuts a byte stream into lines, and hands each to `on_line`; a last line without its newline counts too.

    Without a listener all of it is kept, else its end.
    """

    def __init__(self, on_line: OnLine | None) -> None:
        self.on_line = on_line
        self.parts: deque[bytes] = deque()
        self._kept = 0
        self._rest = b""

    def feed(self, data: bytes) -> None:
        self.parts.append(data)
        if self.on_line is None:
            return
        self._kept += len(data)
        while self._kept - len(self.parts[0]) > KEPT:
            self._kept -= len(self.parts.popleft())
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self.on_line(line.rstrip(b"\r").decode(errors="replace"))

    def end(self) -> bytes:
        if self.on_line is not None and self._rest:
            self.on_line(self._rest.decode(errors="replace"))
        return b"".join(self.parts)


def stream(
    argv: Sequence[str],
    *,
    input: bytes | None = None,
    timeout: float | None = None,
    on_line: OnLine | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    grace: float = 0.0,
    talks: int | None = None,
) -> Output:
    """Run `argv` to its end, or until `timeout` seconds are over: then it is killed and `timed_out` is set.

    `env` is added to the environment. `talks`: a descriptor that is its standard input and output.
    With `on_line`, stdout and stderr are one stream. Whatever interrupts this call ends the program first: it is
    asked, and killed after `grace` seconds.
    Raises Code.MISSING when the program is not there.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=talks if talks is not None else subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE if talks is None else talks,
            stderr=subprocess.STDOUT if on_line else subprocess.PIPE,
            bufsize=0,
            env={**os.environ, **env} if env else None,
            cwd=cwd,
        )
    except OSError as error:
        why = "is not installed" if isinstance(error, FileNotFoundError) else f"cannot be run: {error.strerror}"
        raise SeraiError(Code.MISSING, f"the program {argv[0]} {why}") from error
    with process:
        try:
            out, err = Lines(on_line), Lines(None)
            timed_out = not _pump(process, input, timeout, out, err)
            if timed_out:
                process.kill()
            code = process.wait()
        except BaseException:
            if grace:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(grace)
            process.kill()
            raise
        return Output(code, out.end(), err.end(), timed_out)


def _pump(
    process: subprocess.Popen[bytes], input: bytes | None, timeout: float | None, out: Lines, err: Lines
) -> bool:
    """Move bytes until both streams have ended; False when the budget ran out before that."""
    deadline = None if timeout is None else time.monotonic() + timeout
    rest = memoryview(input or b"")
    with selectors.DefaultSelector() as selector:
        for pipe, sink in ((process.stdout, out), (process.stderr, err)):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, sink)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE, None)
        while selector.get_map():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            for key, _ in selector.select(left):
                if key.data is None:
                    rest = _write(key.fd, rest)
                    if not rest:
                        selector.unregister(key.fileobj)
                        assert process.stdin is not None
                        with suppress(BrokenPipeError):
                            process.stdin.close()
                elif data := os.read(key.fd, CHUNK):
                    key.data.feed(data)
                else:
                    selector.unregister(key.fileobj)
    return True


def _write(handle: int, rest: memoryview) -> memoryview:
    """Write what fits; a reader that went away gets nothing more."""
    try:
        return rest[os.write(handle, rest[:CHUNK]) :] if rest else rest
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]
