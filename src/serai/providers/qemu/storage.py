"""How a file system wants to be written to: O_DIRECT and io_uring are tried, not assumed (DISK-1)."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import msgspec

from serai.providers.qemu.features import Features
from serai.util import paths
from serai.util.files import private_dir, write_atomic

BLOCK = 4096
"""Bytes: the largest logical block size in use; O_DIRECT wants multiples of it."""

# Source: linux/io_uring.h; the number is the same on all architectures since Linux 5.1.
SYS_IO_URING_SETUP = 425


class Storage(msgspec.Struct, frozen=True):
    """What works on the file system of a directory."""

    direct: bool
    """O_DIRECT: the page cache is passed by."""
    io_uring: bool
    """The kernel lets this user set up a ring."""


def storage(directory: Path) -> Storage:
    """Probe the directory's file system; kept by device and kernel."""
    device = directory.stat().st_dev
    cache = paths.home() / "cache" / f"storage-{device:x}-{os.uname().release}-{os.getuid()}.json"
    try:
        return msgspec.json.decode(cache.read_bytes(), type=Storage)
    except (FileNotFoundError, msgspec.DecodeError):
        found = Storage(direct=can_write_direct(directory), io_uring=can_io_uring())
    private_dir(cache.parent)
    write_atomic(cache, msgspec.json.encode(found), sync=False)
    return found


def can_write_direct(directory: Path) -> bool:
    """Whether a file here can be written past the page cache (tmpfs before Linux 6.6, some FUSE: no)."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=directory, prefix=".probe-")
    os.close(handle)
    try:
        direct = os.open(name, os.O_WRONLY | os.O_DIRECT | os.O_CLOEXEC)
        try:
            with mmap.mmap(-1, BLOCK) as block:  # page-aligned, as O_DIRECT asks
                return os.write(direct, block) == BLOCK
        finally:
            os.close(direct)
    except OSError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)


def can_io_uring() -> bool:
    """Whether io_uring_setup(2) works: seccomp filters and kernel.io_uring_disabled forbid it on many hosts."""
    import ctypes

    parameters = ctypes.create_string_buffer(120)  # struct io_uring_params, zeroed
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.syscall(SYS_IO_URING_SETUP, 1, parameters)
    if handle < 0:
        return False
    os.close(handle)
    return True


def aio_for(wanted: str, *, direct: bool, place: Storage, features: Features) -> str:
    """The `aio=` of a disk: what was asked for, or the best that works. `native` needs O_DIRECT."""
    if wanted != "auto":
        return wanted
    if place.io_uring and "io_uring" in features.aio:
        return "io_uring"
    return "native" if direct and "native" in features.aio else "threads"
