"""The root filesystem inside an image's disk, as one tar, which containers are made from; kept by its digest.

The disk is mounted read only through a loop device, which needs root. What only a kernel reads stays outside.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from serai.providers.contract import Image
from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.locks import lock
from serai.util.process import run, which

Progress = Callable[[str], None]
WITHOUT = ("./boot/*", "./lib/modules/*", "./usr/lib/modules/*", "./dev/*", "./proc/*", "./sys/*", "./lost+found")
"""Kernel, its modules, and what is mounted over."""
ROOT_TYPES = ("0FC63DAF-8483-4772-8E79-3D69D8477DE4", "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", "83")
"""Partition types of a Linux file system, of the x86-64 root, of MBR. Source: UAPI discoverable partitions."""


class _Partition(msgspec.Struct, frozen=True):
    start: int
    size: int
    type: str = ""


class _Table(msgspec.Struct, frozen=True):
    sectorsize: int = 512
    partitions: list[_Partition] = []


class _Dump(msgspec.Struct, frozen=True):
    partitiontable: _Table


def tar_of(image: Image, progress: Progress) -> Path:
    """An uncompressed tar of the image's root filesystem. Raises Code.UNSUPPORTED for one without a disk."""
    if image.disk is None:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"image {image.reference} has no disk with a root filesystem",
            hint="serai image list",
        )
    place = private_dir(paths.home() / "cache" / "rootfs")
    target = place / f"{image.digest.rpartition(':')[2]}.tar"
    if target.exists():
        return target
    with lock(place / "lock", what=f"the root filesystem of {image.reference}"):
        if not target.exists():
            progress(f"unpacking the root filesystem of {image.reference}")
            with tempfile.TemporaryDirectory(dir=place, prefix="work.") as work:
                _pack(image, Path(work), target)
    return target


def _pack(image: Image, work: Path, target: Path) -> None:
    raw = image.disk
    assert raw is not None
    if image.format != "raw":
        raw = work / "disk.raw"
        run([which("qemu-img", "qemu-utils"), "convert", "-O", "raw", image.disk or "", raw])
    offset, size = root_partition(_partitions(raw))
    tree = work / "root"
    tree.mkdir()
    loop = f"ro,loop,offset={offset}" + (f",sizelimit={size}" if size else "")
    run([which("mount", "mount"), "-o", loop, raw, tree])
    try:
        part = work / "root.tar"
        left_out = [f"--exclude={pattern}" for pattern in WITHOUT]
        options = ["--numeric-owner", "--xattrs", "--acls", *left_out]
        run([which("tar", "tar"), *options, "-C", tree, "-cf", part, "."], timeout=1800)
    finally:
        run([which("umount", "mount"), tree])
    part.rename(target)


def _partitions(raw: Path) -> _Table | None:
    """None: the disk has no table, the file system begins at once."""
    told = run([which("sfdisk", "fdisk"), "--json", raw], check=False)
    return msgspec.json.decode(told.stdout, type=_Dump).partitiontable if told.ok and told.stdout.strip() else None


def root_partition(table: _Table | None) -> tuple[int, int]:
    """(offset, size) in bytes of the largest partition for a Linux system; (0, 0): the whole disk."""
    if table is None or not table.partitions:
        return 0, 0
    linux = [each for each in table.partitions if each.type.upper() in ROOT_TYPES]
    chosen = max(linux or table.partitions, key=lambda each: each.size)
    return chosen.start * table.sectorsize, chosen.size * table.sectorsize
