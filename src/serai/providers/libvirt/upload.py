"""Files into volumes and out of them by libvirt's streams: the same on this host and on another one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from serai.providers.contract import Progress
from serai.providers.libvirt.binding import library
from serai.util.units import MIB, human_size

SAID_EVERY = 64 * MIB
"""Bytes between two words of progress."""


def upload(volume: Any, file: Path, what: str, progress: Progress) -> None:
    """Fill the volume with the file. Holes stay holes where libvirt and the file system can do that."""
    with file.open("rb", buffering=0) as source:
        send(volume, source, os.fstat(source.fileno()).st_size, what, progress)


def send(volume: Any, source: FileIO, length: int, what: str, progress: Progress) -> None:
    """`length` bytes of `source`, an unbuffered file (its place is asked of the kernel), into the volume.

    Source: libvirt-storage.h, VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM (since 3.4).
    """
    libvirt = library()
    conn = volume.connect()
    handle = source.fileno()
    tell = _teller(what, length, progress)

    def data(_stream: Any, count: int, _opaque: object) -> bytes:
        block = source.read(count)
        tell(source.tell())
        return block

    def hole(_stream: Any, _opaque: object) -> tuple[bool, int]:
        return in_data(handle, length)

    def skip(_stream: Any, count: int, _opaque: object) -> int:
        return source.seek(count, os.SEEK_CUR)

    with streaming(conn) as stream:
        try:
            volume.upload(stream, 0, length, libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
        except libvirt.libvirtError:
            volume.upload(stream, 0, length, 0)
            stream.sendAll(data, None)
        else:
            stream.sparseSendAll(data, hole, skip, None)


def download(volume: Any, target: Path) -> None:
    """All bytes of the volume into a file."""
    conn = volume.connect()
    with target.open("wb") as file, streaming(conn) as stream:
        volume.download(stream, 0, 0, 0)
        stream.recvAll(lambda _stream, block, _opaque: file.write(block), None)


@contextmanager
def streaming(conn: Any) -> Iterator[Any]:
    """A stream that is finished in order, or aborted when anything goes wrong."""
    stream = conn.newStream(0)
    try:
        yield stream
    except BaseException:
        _abort(stream)
        raise
    stream.finish()


def _abort(stream: Any) -> None:
    libvirt = library()
    try:
        stream.abort()
    except libvirt.libvirtError:
        return  # libvirt has aborted it already


def in_data(handle: int, length: int) -> tuple[bool, int]:
    """Whether data (True) or a hole is at the file's present place, and how many bytes of it follow.

    The place stays where it is. Source: lseek(2), SEEK_DATA and SEEK_HOLE.
    """
    here = os.lseek(handle, 0, os.SEEK_CUR)
    if here >= length:
        return False, 0
    try:
        data = os.lseek(handle, here, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole until the end
            return False, length - here
        return True, length - here
    finally:
        os.lseek(handle, here, os.SEEK_SET)
    if data > here:
        return False, data - here
    try:
        return True, os.lseek(handle, here, os.SEEK_HOLE) - here
    finally:
        os.lseek(handle, here, os.SEEK_SET)


def _teller(what: str, length: int, progress: Progress) -> Any:
    said = -1

    def tell(done: int) -> None:
        nonlocal said
        if done // SAID_EVERY > said:
            said = done // SAID_EVERY
            progress(f"uploading {what}: {100 * done // length} % of {human_size(length)}")

    return tell
