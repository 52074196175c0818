"""Unpacking a tar that a guest sent: nothing of it lands, or leads, outside the destination."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from serai.util.errors import Code, SeraiError
from serai.util.tars import Bounded


def unpack(stream: IO[bytes], destination: Path) -> list[str]:
    """Unpack a tar whose first entry is a file, or the directory that holds all others.

    A file becomes `destination`, or a file in it when that is a directory; a tree's content lands in
    `destination` itself. Gives what was left out: devices, pipes, sparse files, links that lead out.
    Raises Code.CORRUPT for a name that is absolute, climbs by `..`, passes through a link, or is the first one's
    again: as a link it would lead all that follows. No link that leads out is left then, either.
    """
    left_out: list[str] = []
    links: list[Path] = []
    first: str | None = None
    single = False
    try:
        with tarfile.open(fileobj=stream, mode="r|", errorlevel=1, tarinfo=Bounded) as tar:
            for member in tar:
                top, *below = _parts(member.name)
                if first is None:
                    first, single = top, not member.isdir()
                    if single and destination.is_dir():
                        destination = destination / top
                elif top != first or single or not below:
                    raise SeraiError(Code.CORRUPT, f"the guest sent {member.name!r}, which was not asked for")
                if not _place(tar, member, destination, below, links):
                    left_out.append(member.name)
    finally:
        outside = _links_out(destination, links)
    return left_out + outside


def _parts(name: str) -> list[str]:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or not parts or "\0" in name:
        raise SeraiError(Code.CORRUPT, f"the guest sent {name!r}, which leads out of the copy")
    return parts


def _place(
    tar: tarfile.TarFile, member: tarfile.TarInfo, destination: Path, below: list[str], links: list[Path]
) -> bool:
    """Make one entry; False when it is of a kind that is left out."""
    target = destination
    for part in below:
        if target is not destination and target.is_symlink():
            raise SeraiError(Code.CORRUPT, f"the guest sent {member.name!r}, which passes through a link")
        target = target / part
    if member.isdir():
        if target.is_symlink() and target != destination:
            target.unlink()
        target.mkdir(parents=True, exist_ok=True)
        target.chmod(member.mode & 0o777 | 0o700)
        return True
    if below or not target.parent.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        _clear(target)
        target.symlink_to(member.linkname)
        links.append(target)
        return True
    if member.islnk():
        return _hard_link(member, target, destination)
    content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
    if content is None:
        return False
    _write(content, target, member.mode & 0o777)
    return True


def _write(content: IO[bytes], target: Path, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".serai.")
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file, 1 << 18)
            os.fchmod(handle, mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _hard_link(member: tarfile.TarInfo, target: Path, destination: Path) -> bool:
    """A further name of a file that came before; copied, and only when it is a plain file of this copy."""
    source = destination
    for part in _parts(member.linkname)[1:]:
        source = source / part
        if source.is_symlink():
            return False
    if source == destination or not source.is_file():
        return False
    with source.open("rb") as file:
        _write(file, target, member.mode & 0o777)
    return True


def _clear(target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        raise SeraiError(Code.FAILED, f"{target} is a directory here and a link in the guest")
    target.unlink(missing_ok=True)


def _links_out(destination: Path, links: list[Path]) -> list[str]:
    """Remove the links whose real target is outside the copy. Only now, with all of them there, is that known."""
    root = os.path.realpath(destination.parent / destination.name) if destination.is_dir() else ""
    outside = []
    for link in links:
        real = os.path.realpath(link)
        if not root or (real != root and not real.startswith(root + os.sep)):
            outside.append(f"{link.relative_to(destination.parent)} -> {link.readlink()}")
            link.unlink()
    return outside
