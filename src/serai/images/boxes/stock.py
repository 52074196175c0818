"""Disks of boxes as images of the store: each file once, whatever box and version it came in.

A disk of a box that Vagrant keeps is linked where the file system can, and is copied where not;
what is not qcow2 is converted once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from serai.images import convert, headers
from serai.images.boxes.shelf import Box
from serai.images.made import Made
from serai.images.magic import Kind, kind
from serai.images.store import Store
from serai.providers.contract import Image
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

Progress = Callable[[str], None]
USER = "vagrant"
"""Whom every box lets in. Source: Vagrant's documentation, Creating a Base Box."""


def references(box: Box, disks: Sequence[Path] = ()) -> list[str]:
    """Their names in the store. `disks`: of a box that Vagrant keeps, which may be changed under its name."""
    if box.record is not None:
        return list(box.record.images)
    return [
        f"box:{box.name}@{box.version}:{box.provider}:{box.architecture or ''}:{number}{_identity(box, disk)}"
        for number, disk in enumerate(disks)
    ]


def _identity(box: Box, disk: Path) -> str:
    stat = disk.stat()
    words = (str(stat.st_size), str(stat.st_mtime_ns), str(stat.st_ino))
    return ":" + hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def images(box: Box, store: Store) -> list[Image] | None:
    """The box's images when all of them are in the store. No work. A box without a disk: Code.UNSUPPORTED."""
    disks = [] if box.is_own else box.disks
    found = []
    for reference in references(box, disks):
        image = store.get(reference, arch_of(box))
        if image is None:
            return None
        found.append(msgspec.structs.replace(image, reference=f"box:{box.name}"))
    if not found:
        _ = box.disks  # says why
        raise SeraiError(Code.UNSUPPORTED, f"box {box.label}: it has no disk")
    return found


def ensure(box: Box, store: Store, progress: Progress) -> list[Image]:
    """The same, with the work: disks of a box that Vagrant keeps come into the store at their first use."""
    if (found := images(box, store)) is not None:
        return found
    if box.is_own:
        raise SeraiError(
            Code.CORRUPT,
            f"box {box.label}: its disk is gone from the image store",
            hint=f"fetch it again: serai box add --force {box.name}",
        )
    with store.locked(f"box:{box.name}", arch_of(box)):
        if (found := images(box, store)) is None:
            bring_in(box, store, box.disks, movable=False, progress=progress)
            found = images(box, store)
    assert found
    return found


def bring_in(
    box: Box, store: Store, disks: Sequence[Path], *, movable: bool, progress: Progress
) -> list[tuple[str, Image]]:
    """Put the disks into the store, under their names. `movable`: they lie in a workspace of the store."""
    made = []
    names = references(box, disks)
    for reference, disk in zip(names, disks, strict=True):
        with store.workspace() as work:
            ready = _made(box, disk, work, movable=movable, progress=progress)
            made.append((reference, store.put(reference, arch_of(box), ready, origin=f"box {box.label}")))
    return made


def arch_of(box: Box) -> str:
    return box.architecture or host_arch()


def _made(box: Box, disk: Path, work: Path, *, movable: bool, progress: Progress) -> Made:
    if kind(disk) is Kind.QCOW2:
        size = headers.qcow2(disk)
        target = work / "disk.qcow2"
        if movable:
            disk.rename(target)
        else:
            _share(disk, target)
        return _box_image(Made(disk=target, virtual_size=size))
    if kind(disk) is Kind.UNKNOWN and box.provider in ("libvirt", "qemu", "kvm"):
        raise headers.refuse(disk, "the box's disk is neither qcow2 nor a disk with a partition table")
    return _box_image(convert.convert(disk, work, user=USER, seed="none", progress=progress))


def _box_image(made: Made) -> Made:
    return msgspec.structs.replace(made, user=USER, seed="none", login="vagrant", firmware=("bios", "uefi"))


def _share(source: Path, target: Path) -> None:
    """A second name for the file: neither copied nor changed, and it outlives `vagrant box remove`."""
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        convert.copy(source, target)
