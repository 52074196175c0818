"""A box file → a directory: tar, compressed or not, or zip; nothing leaves the directory, nothing is endless.

A member is a plain file or a directory. Links, devices, absolute paths, `..` and a second member of the same name
are refused. What a tar says of itself (long names, PAX headers, maps of holes) is read under a budget of its own.
Source: POSIX.1-2001, pax; PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import errno
import lzma
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

from serai.images import archive
from serai.images.headers import refuse
from serai.images.magic import COMPRESSED, Kind, kind
from serai.util.process import which
from serai.util.units import human_size

MAX_SIZE = 256 << 30
"""Bytes that all members may have together."""
MAX_MEMBERS = 4096
MAX_DEPTH, MAX_PATH = 8, 512
_HEADER_BUDGET = 8 << 20  # bytes of headers before one member; usual are 512
_STAT_FILE_TYPE = 0o170000
_DIRECTORY, _PLAIN = 0o040000, 0o100000
_END_OF_ZIP = 22  # bytes of the last record of a zip, before its comment
_MAX_COMMENT = 1 << 16
_MAX_ZIP_DIRECTORY = 4 << 20
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    OSError,
)
"""What Python's readers raise for an archive that is not whole; an OSError with a number is the host's own."""


def unpack(path: Path, target: Path, *, max_size: int = MAX_SIZE) -> None:
    """Unpack the box into `target`, an empty directory. Raises Code.CORRUPT for what is no box, or a trap."""
    what = kind(path)
    try:
        if what is Kind.ZIP:
            _zip(path, target, max_size)
        elif what is Kind.TAR or what in COMPRESSED:
            with _plain(path, what) as stream:
                _tar(path, stream, target, max_size)
        else:
            raise refuse(
                path, f"it is no box: {_seen(path, what)}", hint="a box is a tar, a compressed tar or a zip"
            )
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a seek before the beginning
            raise
        raise refuse(path, f"the box is damaged or truncated: {error}", hint="download it again") from error


def _seen(path: Path, what: Kind) -> str:
    if path.stat().st_size == 0:
        return "it is empty"
    if what is Kind.WEB_PAGE:
        return "it is a web page"
    return "nothing that serai knows" if what is Kind.UNKNOWN else f"it is a disk image ({what})"


@contextmanager
def _plain(path: Path, what: Kind) -> Iterator[IO[bytes]]:
    """The tar's own bytes."""
    if what is Kind.TAR:
        with path.open("rb") as file:
            yield file
    elif what is Kind.ZSTD:
        with subprocess.Popen([which("zstd", "zstd"), "-dcq", path], stdout=subprocess.PIPE) as process:
            try:
                yield cast("IO[bytes]", process.stdout)
            finally:
                process.kill()
    else:
        with archive.opened(path, what) as stream:
            yield stream


class Metered:
    """A stream that gives no more than its budget: headers of a tar are read in memory, and may claim any size."""

    def __init__(self, path: Path, source: IO[bytes]) -> None:
        self._path, self._source = path, source
        self._left: int | None = None

    def budget(self, size: int | None) -> None:
        """Bytes that may still be read; None: as many as there are."""
        self._left = size

    def read(self, size: int = -1) -> bytes:
        found = self._source.read(size)
        if self._left is not None:
            self._left -= len(found)
            if self._left < 0:
                raise refuse(self._path, f"a member has more than {human_size(_HEADER_BUDGET)} of headers")
        return found


def _tar(path: Path, stream: IO[bytes], target: Path, max_size: int) -> None:
    metered = Metered(path, stream)
    metered.budget(_HEADER_BUDGET)
    checked = Members(path, target)
    left = max_size
    with tarfile.open(fileobj=cast("IO[bytes]", metered), mode="r|") as opened:
        while (member := opened.next()) is not None:
            if not (member.isreg() or member.isdir()):
                raise refuse(path, f"{member.name[:80]!r} in it is not a plain file")
            place = checked.place(member.name, is_directory=member.isdir())
            if member.isreg() and place is not None:
                source = opened.extractfile(member)
                assert source is not None
                metered.budget(None)
                left -= _copy(path, source, place, member.size, left, max_size)
            metered.budget(_HEADER_BUDGET)
    while metered.read(1 << 16):
        continue  # to the end, where a compressed stream has its checksum
    if not checked.count:
        raise refuse(path, "it holds nothing: it is truncated, or no tar")


def _copy(path: Path, source: IO[bytes], place: Path, size: int, left: int, limit: int) -> int:
    if size > left:
        raise refuse(
            path,
            f"it unpacks to more than {human_size(limit)}",
            hint="allow more with --max-size, if you trust it",
        )
    archive.copy_bounded(source, place, left, path)
    done = place.stat().st_size
    if done != size:
        raise refuse(path, f"{place.name} in it is truncated", hint="download it again")
    return done


class Members:
    """Names of members, checked: each is a new place inside the directory."""

    def __init__(self, path: Path, target: Path) -> None:
        self._path, self._target = path, target
        self._seen: set[PurePosixPath] = set()
        self.count = 0

    def place(self, name: str, *, is_directory: bool) -> Path | None:
        """Where the member goes, its directory made; None for the root itself. Raises Code.CORRUPT."""
        self.count += 1
        if self.count > MAX_MEMBERS:
            raise refuse(self._path, f"it has more than {MAX_MEMBERS} members")
        inner = PurePosixPath(name)
        shown = repr(name[:80])
        if inner.is_absolute() or ".." in inner.parts or "\0" in name or "\\" in name:
            raise refuse(self._path, f"{shown} in it would leave its directory")
        if len(inner.parts) > MAX_DEPTH or len(name.encode(errors="replace")) > MAX_PATH:
            raise refuse(self._path, f"{shown} in it lies too deep")
        if any(len(part.encode(errors="replace")) > 255 for part in inner.parts):
            raise refuse(self._path, f"{shown} in it has too long a name")
        place = self._target / inner
        if not inner.parts:
            return None
        if is_directory:
            _directory(self._path, place, shown)
            return None
        if inner in self._seen or place.exists():
            raise refuse(self._path, f"{shown} is in it twice")
        self._seen.add(inner)
        _directory(self._path, place.parent, shown)
        return place


def _directory(path: Path, place: Path, shown: str) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError) as error:
        raise refuse(path, f"{shown} in it is a file and a directory") from error


def _zip(path: Path, target: Path, max_size: int) -> None:
    _small_directory(path)
    checked = Members(path, target)
    left = max_size
    with zipfile.ZipFile(path) as opened:
        for member in opened.infolist():
            mode = member.external_attr >> 16 & _STAT_FILE_TYPE
            if mode not in (0, _PLAIN, _DIRECTORY) or member.flag_bits & 1:
                what = "is encrypted" if member.flag_bits & 1 else "is not a plain file"
                raise refuse(path, f"{member.filename[:80]!r} in it {what}")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise refuse(path, f"{member.filename[:80]!r} in it is packed in a way that is not taken")
            place = checked.place(member.filename, is_directory=member.is_dir())
            if place is not None:
                with opened.open(member) as source:
                    left -= _copy(path, source, place, member.file_size, left, max_size)
    if not checked.count:
        raise refuse(path, "it holds nothing")


def _small_directory(path: Path) -> None:
    """The list of a zip's members is read in memory: it must not claim an absurd size."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - _END_OF_ZIP - _MAX_COMMENT))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END_OF_ZIP:
        raise refuse(path, "its list of members is missing: it is truncated", hint="download it again")
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if size > _MAX_ZIP_DIRECTORY:
        raise refuse(path, f"its list of members claims {human_size(size)}")
