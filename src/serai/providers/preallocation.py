"""How much of a new disk is made at once, by the file system that it is on (DISK-3)."""

from __future__ import annotations

from pathlib import Path

from serai.spec.disk import Disk, DiskFormat, Preallocation
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB, format_size

PREALLOCATED = frozenset({"ext4", "ext3", "xfs", "nfs", "nfs4", "tmpfs"})
"""Where the clusters of qcow2 are worth being laid out in advance: data is overwritten in place there.

Measured with qemu-img bench, 8,000 first writes of 4 KiB, one to a cluster, QEMU 7.2, medians of three: ext4
1.07 s without and 0.45 s with `metadata`, xfs 2.6 and 0.26, tmpfs 0.55 and 0.21. On btrfs, which writes elsewhere
each time, 1.8 and 0.9, but large first writes became slower, 0.93 and 1.2: it stays without.
"""
AT_ONCE = (Preallocation.FALLOC, Preallocation.FULL)
"""With these, all of a disk's space is taken when it is made."""
LARGEST = 64 * GIB
"""Above it the making takes seconds (35 ms a GiB), and the metadata are tens of MiB."""


def file_system(place: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """The type of the file system that a directory is on: `ext4`, `btrfs`, `tmpfs`; empty when it is not known.

    Source: proc_pid_mountinfo(5); the device number of the directory finds the mount, the longest path decides.
    """
    wanted = str(place.resolve())
    best, found = -1, ""
    for line in mounts.read_text().splitlines():
        head, _, tail = line.partition(" - ")
        mounted = head.split()[4].encode().decode("unicode_escape")
        inside = wanted == mounted or wanted.startswith(mounted.rstrip("/") + "/")
        if inside and len(mounted) >= best:
            best, found = len(mounted), tail.split()[0]
    return found


def default_preallocation(disk: Disk, kind: str) -> Preallocation:
    """`metadata` for qcow2 where data stays where it is written; nothing on file systems that copy on write."""
    small = (disk.size or 0) <= LARGEST
    if disk.format is DiskFormat.QCOW2 and small and kind in PREALLOCATED:
        return Preallocation.METADATA
    return Preallocation.OFF


def need_room(machine: str, name: str, disk: Disk, size: int, available: int, place: str) -> None:
    """Raises Code.REFUSED where a disk of `size` bytes is to be allocated at once and does not fit into what is
    available at a place: else what makes it fills the host's file system first, for hours, and then fails."""
    if disk.preallocation in AT_ONCE and size > available:
        left = format_size(available - available % (GIB if available > GIB else MIB))
        raise SeraiError(
            Code.REFUSED,
            f"{machine}: disks.{name}.preallocation: {disk.preallocation} takes {format_size(size)} at once, "
            f"and {place} has {left} left",
            hint="make the disk smaller, or leave preallocation out",
        )
