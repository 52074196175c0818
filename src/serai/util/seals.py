"""What a large file was when it was kept, and whether it is that still; read again only where it may differ."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from serai.util.holes import written

BLOCK = 1 << 16
"""Bytes that are looked at together; those that are all zero are no part of a seal, be they a hole or not."""
_ZERO = bytes(BLOCK)
SMALL = 4 << 20
"""Bytes up to which Python's own SHA-256 has done before hashlib is there."""


class Seal(msgspec.Struct, frozen=True):
    """What a file was when it was kept. As long as the kernel's stamp of it is the same, so is the file."""

    digest: str
    stamp: tuple[int, int, int, int, int]
    """Device, inode, size, and nanoseconds of the last write and of the last change. Source: stat(2)."""


def stamp(path: Path) -> tuple[int, int, int, int, int]:
    """See Seal."""
    found = path.stat()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def seal(path: Path, mode: int = 0o400) -> Seal:
    """Give a file its mode (read only, its owner's), and say what it is."""
    path.chmod(mode)
    return Seal(digest(path), stamp(path))


def look(path: Path, kept: Seal, *, name: str = "", anew: bool = False) -> tuple[str, Seal]:
    """Why a file is not what was kept, or an empty string; and the seal with its present stamp.

    `name`: what the reason calls it. `anew`: it is read, whatever its stamp.
    """
    name = name or path.name
    try:
        now = stamp(path)
        if now == kept.stamp and not anew:
            return "", kept
        if now[2] != kept.stamp[2]:
            return f"{name} has {now[2]} bytes instead of {kept.stamp[2]}", kept
        if digest(path) != kept.digest:
            return f"{name} is not what was kept", kept
    except OSError as error:
        return f"{name}: {error.strerror}", kept
    return "", Seal(kept.digest, now)


def digest(path: Path) -> str:
    """Over its length and what is not zero in it, with where that is. Holes are not read."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        total = _total(size)
        total.update(f"{size}".encode())
        for begin, end in _blocks(file.fileno(), size):
            file.seek(begin)
            while begin < end and (block := file.read(BLOCK)):
                if block != _ZERO[: len(block)]:
                    total.update(f"\n{begin}\n".encode())
                    total.update(block)
                begin += len(block)
    return str(total.hexdigest())


def _total(size: int) -> Any:
    if size <= SMALL:
        from serai.util.digest import sha256
    else:
        from hashlib import sha256
    return sha256()


def _blocks(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """What is written, from block to block."""
    end = 0
    for begin, upto in written(handle, size):
        begin = max(end, begin // BLOCK * BLOCK)
        end = min(size, -(-upto // BLOCK) * BLOCK)
        if begin < end:
            yield begin, end
