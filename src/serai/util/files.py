"""Files that are whole or not there: atomic writes, private directories, safe removal."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.util.errors import Code, SeraiError

FULL = (errno.ENOSPC, errno.EDQUOT)
"""The disk is full, or the part of it that this person may have."""


@contextmanager
def unless_full() -> Iterator[None]:
    """For a write that can be done without: on a full disk it is left out."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise


def no_room(error: OSError) -> SeraiError:
    """What to say of a write that failed with one of FULL."""
    return SeraiError(
        Code.FAILED,
        f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror),
        hint="make room on that disk (serai image prune, serai destroy), and do it again",
    )


def private_dir(path: Path) -> Path:
    """Make a directory that only its owner can enter (mode 0700), parents included."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_atomic(
    path: Path, data: bytes | str, *, mode: int = 0o600, sync: bool = True, owner: tuple[int, int] | None = None
) -> None:
    """Replace `path` by `data` in one step: readers see the old file or the new one, never a part.

    `owner`: (uid, gid) of the file; None leaves it to the system.
    """
    content = data.encode() if isinstance(data, str) else data
    draft = _beside(path, f".{path.name}.")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
            if sync:
                os.fsync(file.fileno())
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # a write names no file
            error.filename = str(path)
        raise


def _beside(path: Path, prefix: str) -> Path:
    """A new name in the same directory. Not by `tempfile`, which every command would load with all of `shutil`."""
    return path.with_name(f"{prefix}{os.urandom(6).hex()}")


def remove_tree(path: Path) -> None:
    """Remove a directory so that a kill in the middle never leaves half of it under its own name.

    It is renamed to a hidden `.trash-…` name beside it first; `empty_trash` finishes after a kill.
    """
    trash = _beside(path, ".trash-")
    try:
        path.rename(trash)
    except FileNotFoundError:
        return
    _remove(trash)


def empty_trash(parent: Path) -> None:
    """Remove what killed runs of `remove_tree` left in `parent`; what others remove right now is gone sooner."""
    for trash in parent.glob(".trash-*"):
        _remove(trash)


def _remove(trash: Path) -> None:
    import shutil

    if trash.is_symlink():
        trash.unlink(missing_ok=True)
    else:
        shutil.rmtree(trash, ignore_errors=True)


def tail(path: Path, lines: int = 20, limit: int = 64 * 1024) -> list[str]:
    """The last lines of a text file (at most `limit` bytes are read); empty when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - limit))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    return text.replace("\r", "").splitlines()[-lines:]
