"""Ids of a container's users and groups on the host: `u INSIDE HOST SIZE`, as LXC writes a range of them.

Source: lxc.container.conf(5), lxc.idmap; user_namespaces(7); subuid(5).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def idmap(
    machine: Machine, subuid: Path = Path("/etc/subuid"), subgid: Path = Path("/etc/subgid")
) -> tuple[str, ...]:
    """Lines of `lxc.idmap`; empty: root inside is root outside. Raises Code.MISSING without a range."""
    box = machine.container
    if box is None or not (box.unprivileged or box.idmap):
        return ()
    if box.idmap:
        return tuple(
            f"{kind} {each.inside} {each.host} {each.size}"
            for each in box.idmap
            for kind in ("ug" if each.kind == "b" else each.kind)
        )
    found = []
    for kind, path in (("u", subuid), ("g", subgid)):
        line = next((line for line in _lines(path) if line.startswith("root:")), "")
        parts = line.split(":")
        if len(parts) != 3:
            raise SeraiError(
                Code.MISSING,
                f"{machine.name}: container.unprivileged: {path} gives root no ids to hand on",
                hint=f"echo root:100000:65536 >> {path}, or state container.idmap",
            )
        found.append(f"{kind} 0 {parts[1]} {parts[2]}")
    return tuple(found)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def outside(lines: Sequence[str], kind: str, inside: int) -> int | None:
    """What an id of the container is on the host; None: no range has it. `kind`: u or g."""
    for line in lines:
        of, first, host, size = line.split()
        if of == kind and int(first) <= inside < int(first) + int(size):
            return int(host) + inside - int(first)
    return None


def shift(name: str, tree: Path, lines: Sequence[str]) -> None:
    """Give a tree that was unpacked with the container's ids to those that they are on the host.

    Raises Code.INPUT for a file of somebody whom no range has. Attributes of files (capabilities) are lost.
    """
    seen: set[int] = set()
    for path in _all(tree):
        found = path.lstat()
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            if found.st_ino in seen:
                continue  # another name of one that is done
            seen.add(found.st_ino)
        owner, group = outside(lines, "u", found.st_uid), outside(lines, "g", found.st_gid)
        if owner is None or group is None:
            what = f"{path.relative_to(tree)} belongs to {found.st_uid}:{found.st_gid}"
            raise SeraiError(
                Code.INPUT, f"{name}: container.idmap: {what}, which no range has", hint="a wider range"
            )
        os.chown(path, owner, group, follow_symlinks=False)
        if not stat.S_ISLNK(found.st_mode) and found.st_mode & (stat.S_ISUID | stat.S_ISGID):
            path.chmod(stat.S_IMODE(found.st_mode))  # which chown takes away


def _all(tree: Path) -> Iterator[Path]:
    yield tree
    for place, directories, files in os.walk(tree):
        yield from (Path(place) / each for each in (*directories, *files))


def closed(place: Path, user: int) -> Path | None:
    """The first directory above a place that a user whom it does not belong to cannot come through; None: none."""
    for each in reversed(place.parents):
        try:
            found = each.stat()
        except FileNotFoundError:
            return None  # it is made later
        if found.st_uid != user and not found.st_mode & stat.S_IXOTH:
            return each
    return None
