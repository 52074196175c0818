"""The parts of a file that are no holes, and room for those that will not be."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any


def written(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """The parts of a file that are no holes. Source: lseek(2), SEEK_DATA."""
    end = 0
    while end < size:
        try:
            begin = os.lseek(handle, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # nothing but a hole is left
            raise
        end = min(size, os.lseek(handle, begin, os.SEEK_HOLE))
        yield begin, end


KEEP_SIZE = 1
"""FALLOC_FL_KEEP_SIZE: what is reserved behind a file's end does not move it. Source: fallocate(2)."""


def reserve(path: Path, size: int) -> None:
    """Have room for the file's first `size` bytes, whatever fills the file system meanwhile; it stays as long.

    Raises OSError where there is none. A file system that cannot reserve (NFS, ZFS) promises nothing.
    """
    import ctypes

    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if _libc().fallocate(handle, KEEP_SIZE, 0, size):
            number = ctypes.get_errno()
            if number not in (errno.EOPNOTSUPP, errno.ENOSYS):
                raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)


def give_back(path: Path) -> None:
    """Let go of what is reserved behind the file's end."""
    os.truncate(path, path.stat().st_size)


@cache
def _libc() -> Any:
    import ctypes

    found = ctypes.CDLL(None, use_errno=True)
    found.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    return found
