"""Locks between processes: flock on a file that says who holds it. The kernel frees them at a crash."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.util.errors import Code, SeraiError
from serai.util.files import unless_full


def _holder(handle: int) -> str:
    text = os.pread(handle, 4096, 0).decode(errors="replace").strip()
    return text or "another process"


def _open_locked(path: Path, what: str, kind: int) -> int:
    """Open and lock, again when the file was removed meanwhile: a lock on a removed file locks nobody out."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, kind)
            if os.fstat(handle).st_ino == path.stat().st_ino:
                return handle
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                os.close(handle)
                raise
            holder_now = _holder(handle)
            os.close(handle)
            raise SeraiError(
                Code.BUSY, f"{what} is in use by {holder_now}", hint="wait for it to end, or stop it"
            ) from error
        os.close(handle)


@contextmanager
def lock(path: Path, *, what: str, note: str = "", wait: bool = True, shared: bool = False) -> Iterator[None]:
    """Hold `path` as a lock. `note` is what others are told of the holder (for example `serai up, pid 7`).

    With `wait=False` and the lock taken: Code.BUSY naming the holder. The kernel's lock on the file is what
    counts, so a killed holder blocks nobody; the file may stay. On a full disk the note is left out.
    """
    kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    handle = _open_locked(path, what, kind)
    try:
        if not shared:
            with unless_full():
                os.ftruncate(handle, 0)
                os.pwrite(handle, note.encode(), 0)
        yield
        if not shared:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(path: Path) -> str:
    """Who holds the lock now, or an empty string when nobody does."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return _holder(handle)
    else:
        return ""
    finally:
        os.close(handle)
