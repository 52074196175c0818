"""An image's file into a volume that is a file of this host: its blocks shared, or copied within the kernel.

libvirt's stream carries every byte through two processes and a socket: three to six times slower than a copy, and
a file system with reflinks need not copy at all. Where the volume's file is not ours to write, the stream remains.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from serai.images.store import full_disk

FICLONE = 0x40049409
"""Source: linux/fs.h."""
MOST = 1 << 30
"""Bytes that the kernel is asked to copy at once; sendfile(2) takes less than 2 GiB."""


def copy_in(file: Path, target: Path) -> bool:
    """Fill a volume that was just made, and is empty, with the file; holes stay holes.

    False, with nothing done, where `target` is not such a file here: this process may not write it, or the daemon
    has a file system of its own. Raises Code.FAILED when the disk is full.
    """
    try:
        writing = os.open(target, os.O_WRONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        status = os.fstat(writing)
        if not stat.S_ISREG(status.st_mode) or status.st_size:
            return False
        with file.open("rb") as source, full_disk(target):
            _fill(writing, source.fileno())
    finally:
        os.close(writing)
    return True


def _fill(target: int, source: int) -> None:
    try:
        fcntl.ioctl(target, FICLONE, source)
        return
    except OSError:  # another file system, or one that shares no blocks
        length = os.fstat(source).st_size
    for start, end in extents(source, length):
        os.lseek(target, start, os.SEEK_SET)
        while start < end:
            start += os.sendfile(target, source, start, min(end - start, MOST))
    os.ftruncate(target, length)


def extents(handle: int, length: int) -> Iterator[tuple[int, int]]:
    """Where the file has data: first byte, and the one after the last. Source: lseek(2), SEEK_DATA, SEEK_HOLE."""
    end = 0
    while end < length:
        try:
            start = os.lseek(handle, end, os.SEEK_DATA)
        except OSError:  # ENXIO: a hole to the end
            return
        end = os.lseek(handle, start, os.SEEK_HOLE)
        yield start, end
