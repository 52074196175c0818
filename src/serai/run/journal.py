"""The journal: a line before each step and one after, on the disk before the step begins.

One file a project, `journal.jsonl` in its home. A run that was killed has a step begun and not ended: the next
run says so and goes on from there, because every step can be done twice.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path
from types import TracebackType

import msgspec

from serai.util.files import FULL, no_room, unless_full, write_atomic

KEEP = 512 * 1024
"""Bytes after which the older half of a journal is dropped at the start of a run."""

BEGINS = ("run", "do")


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """`what`: run, do, done, failed, undone, end."""

    run: str
    what: str
    step: str = ""
    text: str = ""
    at: float = 0.0
    pid: int = 0


class Journal:
    """Open for one run; thread-safe. Use it as a context manager.

    On a full disk no step is begun without its line, unless the run `frees`: it can be done twice, and makes room.
    """

    def __init__(self, path: Path, verb: str, *, frees: bool = False) -> None:
        self.path = path
        self.verb = verb
        self.frees = frees
        self.lost = False
        """Lines are missing: the disk is full."""
        self.interrupted: list[Line] = []
        """Steps that the last run had begun and not ended."""
        self._run = f"{os.getpid()}-{time.time_ns():x}"
        self._lock = threading.Lock()
        self._handle = -1

    def __enter__(self) -> Journal:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = read(self.path)
        self.interrupted = unfinished(lines)
        if self.path.exists() and self.path.stat().st_size > KEEP:
            with unless_full():
                write_atomic(
                    self.path, b"".join(msgspec.json.encode(line) + b"\n" for line in lines[len(lines) // 2 :])
                )
        self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.write("run", text=self.verb)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.write("end", text=kind.__name__ if kind else "")
        os.close(self._handle)

    def write(self, what: str, step: str = "", text: str = "") -> None:
        """Append one line; it is on the disk when this returns. Code.FAILED: there is no room to begin."""
        line = Line(run=self._run, what=what, step=step, text=text, at=round(time.time(), 3), pid=os.getpid())
        with self._lock:
            try:
                self._append(msgspec.json.encode(line) + b"\n")
            except OSError as error:
                if error.errno not in FULL:
                    raise
                self.lost = True
                if what in BEGINS and not self.frees:
                    error.filename = str(self.path)
                    raise no_room(error) from error

    def _append(self, data: bytes) -> None:
        data = b"\n" + data if self.lost else data  # after what may be the beginning of a line
        if os.write(self._handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fdatasync(self._handle)


def read(path: Path) -> list[Line]:
    """All lines; a line that a crash cut off is left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    lines = []
    for text in data.splitlines():
        try:
            lines.append(msgspec.json.decode(text, type=Line))
        except msgspec.MsgspecError:
            continue
    return lines


def unfinished(lines: list[Line]) -> list[Line]:
    """The steps of the last run that were begun and not ended; empty when it ended in good order."""
    if not lines:
        return []
    last = [line for line in lines if line.run == lines[-1].run]
    if last[-1].what == "end":
        return []
    begun = {line.step: line for line in last if line.what == "do"}
    for line in last:
        if line.what in ("done", "failed", "undone"):
            begun.pop(line.step, None)
    return list(begun.values()) or [last[0]]
