"""Disks on dom0: layers over an image, new files, volumes of LVM; made, grown and removed by one script each."""

from __future__ import annotations

import os
from shlex import join, quote

from serai.providers.contract import Image, Materials, Progress, Scope
from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0
from serai.providers.xen.gather import DISK, ROOT, disk_file, image_part, is_made, specs
from serai.providers.xen.record import Record
from serai.spec.disk import Disk, DiskFormat, Preallocation
from serai.spec.machine import Machine
from serai.spec.pool import Pool, PoolType
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, format_size

DEFAULT_SIZE = 10 * GIB
"""Of a disk whose size nobody stated; it takes only what is written to it."""
MAKE = 3600.0
EXTENT = 4 << 20
"""Bytes of LVM's usual extent, which sizes of volumes are rounded up to. Source: vgcreate(8)."""


def volume_group(pool: Pool | None) -> str:
    """Of a pool that is LVM's; empty for a directory."""
    return pool.source or "" if pool is not None and pool.type is PoolType.LOGICAL else ""


def place_of(scope: Scope, machine: Machine, name: str, disk: Disk, pools: dict[str, Pool]) -> str:
    """The file or volume that serai makes for a disk."""
    pool = pools.get(disk.pool) if disk.pool else None
    if group := volume_group(pool):
        return f"/dev/{group}/serai-{scope.project_id}-{machine.name}-{name}"
    if pool is not None and pool.path:
        return f"{pool.path}/serai-{scope.project_id}-{machine.name}-{name}.{disk.format}"
    return disk_file(scope, machine, name, disk)


def size_of(machine: Machine, name: str, disk: Disk, image: Image | None) -> int:
    """Bytes. Raises Code.INPUT where the image needs more than is stated."""
    least = image.virtual_size if name == ROOT and image and image.disk else 0
    if disk.size and least > disk.size:
        raise SeraiError(
            Code.INPUT,
            f"{machine.name}: disks.root.size is {format_size(disk.size)}: the image needs {format_size(least)}",
            hint="make it larger, or leave the size out",
        )
    return disk.size or least or DEFAULT_SIZE


def make_missing(
    dom0: Dom0, scope: Scope, record: Record, machine: Machine, materials: Materials, progress: Progress
) -> None:
    """Make what is not there yet; the record learns where. A killed run leaves `.new` files alone."""
    image, lines = record.image, []
    for name, disk in specs(machine, image).items():
        if is_made(disk):
            wanted = place_of(scope, machine, name, disk, materials.pools)
            target = record.made.get(name) or wanted
            if not target.startswith("/dev/") and not target.endswith(f".{disk.format}"):
                record.made[target] = target  # of one that was detached: it stays until destroy
                record.made.pop(wanted, None)  # of an earlier one, which is attached again
                target = wanted
            record.made[name] = target
            lines.append(_make(target, name, disk, machine, image))
    if not lines:
        return
    progress("making its disks")
    here = quote(f"{place.directory(scope, machine.name)}/disks")
    dom0.run("set -e\numask 077\n" + f"mkdir -p {here}\n" + "".join(lines), timeout=MAKE)


def _make(target: str, name: str, disk: Disk, machine: Machine, image: Image | None) -> str:
    size = size_of(machine, name, disk, image)
    source = image_part(machine, image, DISK) if image and name == ROOT else ""
    if target.startswith("/dev/"):
        return _volume(target, size, source, image)
    part, there = quote(f"{target}.new"), quote(target)
    how = (
        ["-o", f"preallocation={disk.preallocation}"]
        if disk.preallocation not in (None, Preallocation.OFF)
        else []
    )
    whole = source and (disk.format is DiskFormat.RAW or bool(how))
    assert image is not None or not source
    if whole and image is not None:
        words = ["qemu-img", "convert", "-f", image.format, "-O", str(disk.format), *how, source]
        made = f"{join(words)} {part}; qemu-img resize -q -f {disk.format} {part} {size}"
    elif source and image is not None:
        made = (
            f"{join(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', source, '-F', image.format])} {part} {size}"
        )
    else:
        made = f"{join(['qemu-img', 'create', '-q', '-f', str(disk.format), *how])} {part} {size}"
    folder = quote(os.path.dirname(target))  # noqa: PTH120 - a path of dom0
    return f"[ -e {there} ] || {{ mkdir -p {folder}; rm -f {part}; {made}; mv {part} {there}; }}\n"


def _volume(target: str, size: int, source: str, image: Image | None) -> str:
    """A volume that was begun has a tag until it is whole: it is made anew."""
    group, name = target.removeprefix("/dev/").split("/", 1)
    whole = -(-size // EXTENT) * EXTENT
    fill = (
        f"qemu-img convert -n -f {image.format} -O raw {quote(source)} {quote(target)};"
        if source and image
        else ""
    )
    both, there, part = quote(f"{group}/{name}"), quote(target), "serai_part"
    make = f"lvcreate -y -q -W y --addtag {part} -L {whole}b -n {quote(name)} {quote(group)} >/dev/null"
    return (
        f"lvs --noheadings -o lv_tags {both} 2>/dev/null | grep -q {part} && lvremove -fy {both} >/dev/null\n"
        f"[ -e {there} ] || {{ {make}; {fill} lvchange -q --deltag {part} {both} >/dev/null; }}\n"
    )


def fit_sizes(dom0: Dom0, record: Record, machine: Machine) -> None:
    """Grow the disks of a machine that is off to the sizes that the spec states; never shrinks one."""
    lines = []
    for name, disk in specs(machine, record.image).items():
        target = record.made.get(name, "")
        if not disk.size or not target:
            continue
        if target.startswith("/dev/"):
            both = quote(target.removeprefix("/dev/"))
            lines.append(
                f"[ $(blockdev --getsize64 {quote(target)}) -ge {disk.size} ] || "
                f"lvextend -q -L {disk.size}b {both} >/dev/null\n"
            )
            continue
        there = quote(target)
        read = "sed -n 's/^ *\"virtual-size\": \\([0-9]*\\).*/\\1/p' | tail -n 1"
        now = f"$(qemu-img info --output=json {there} | {read})"
        lines.append(f"[ {now} -ge {disk.size} ] || qemu-img resize -q -f {disk.format} {there} {disk.size}\n")
    if lines:
        dom0.run("set -e\n" + "".join(lines), timeout=MAKE)


def remove(record: Record) -> str:
    """Words of a shell that remove what was made for it outside of its directory."""
    lines = []
    for target in record.made.values():
        if target.startswith("/dev/"):
            lines.append(
                f"[ ! -e {quote(target)} ] || lvremove -fy {quote(target.removeprefix('/dev/'))} >/dev/null"
            )
        else:
            lines.append(f"rm -f {quote(target)} {quote(f'{target}.new')}")
    return "\n".join(lines)
