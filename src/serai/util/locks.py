"""Locks between processes: flock on a file that says who holds it. The kernel frees them at a crash."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.util.errors import Code, SeraiError


def _holder(handle: int) -> str:
    text = os.pread(handle, 4096, 0).decode(errors="replace").strip()
    return text or "another process"


@contextmanager
def lock(path: Path, *, what: str, note: str = "", wait: bool = True, shared: bool = False) -> Iterator[None]:
    """Hold `path` as a lock. `note` is what others are told of the holder (for example `serai up, pid 7`).

    With `wait=False` and the lock taken: Code.BUSY naming the holder. The file stays; the kernel's lock
    on it is what counts, so a killed holder blocks nobody.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise SeraiError(
                Code.BUSY, f"{what} is in use by {_holder(handle)}", hint="wait for it to end, or stop it"
            ) from error
        if not shared:
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
