"""What a file or a tree of the project holds, for a digest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

READ_LIMIT = 256 << 20
"""Bytes of one block that are read for its digest; of what is beyond, size and time stand for the content."""


def feed(update: Callable[[bytes], object], path: Path, keep: Callable[[str], bool] = lambda name: True) -> None:
    """Hand names, modes and contents to `update`. What is not there has a digest, too: it may come later.

    `keep` is asked for the name of each entry below the path.
    """
    left = READ_LIMIT
    for entry, name in _entries(path):
        if name and not keep(name):
            continue
        try:
            status = entry.lstat()
            update(f"{name}\0{status.st_mode:o}\0".encode(errors="surrogateescape"))
            if entry.is_symlink():
                update(os.fsencode(entry.readlink()))
            elif entry.is_file():
                if status.st_size > left:
                    update(f"{status.st_size} {status.st_mtime_ns}".encode())
                    continue
                left -= status.st_size
                with entry.open("rb") as file:
                    while chunk := file.read(1 << 20):
                        update(chunk)
        except OSError as error:
            update(f"{name}\0{error.errno}".encode(errors="surrogateescape"))


def _entries(path: Path) -> Iterator[tuple[Path, str]]:
    """The path itself, with links followed, and all below it, sorted."""
    from serai.guest.copy import walk

    real = path.resolve()
    yield real, ""
    if real.is_dir():
        yield from walk(real)
