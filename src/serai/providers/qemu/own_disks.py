"""Files and devices of the user's own: one machine writes to them at a time, and nobody else does (DISK-1)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from serai.providers.qemu.disks import own_path
from serai.providers.qemu.record import is_alive, load
from serai.providers.qemu.site import Site
from serai.spec.disk import Disk, DiskDevice
from serai.spec.machine import Machine
from serai.util import paths
from serai.util.errors import Code, SeraiError


def refuse_used(directory: Path, machine: Machine, site: Site) -> None:
    """Raise Code.BUSY, naming who uses a disk that this machine would write to."""
    for disk in site.disks:
        spec = machine.disks.get(disk.name)
        if spec is None or not spec.path or not writes(spec):
            continue
        key = f"{machine.name}: disks.{disk.name}.path"
        if user := used_by(Path(disk.path), directory):
            raise SeraiError(Code.BUSY, f"{key}: {disk.path} is {user}, which runs", hint="halt it first")
        if disk.driver == "host_device":
            refuse_claimed(Path(disk.path), key)


def writes(disk: Disk) -> bool:
    return not disk.readonly and disk.device is not DiskDevice.CDROM


def used_by(path: Path, without: Path) -> str:
    """`disk data of machine db of project shop`: who of the living machines of serai's writes to it, but one."""
    for directory in (paths.home() / "projects").glob("*/machines/[!.]*"):
        if directory == without or not is_alive(directory):
            continue
        record = load(directory)
        machine = record.hardware.machine if record and record.hardware else None
        if record is None or machine is None:
            continue
        for name, disk in machine.disks.items():
            if writes(disk) and own_path(disk, Path(record.project_root)) == path:
                return f"disk {name} of machine {record.name} of project {record.project}"
    return ""


def refuse_claimed(device: Path, key: str) -> None:
    """Raise Code.BUSY for a block device that the kernel has given to somebody: a file system, LVM, MD, swap.

    Source: open(2), O_EXCL without O_CREAT. QEMU's own locks tell when a QEMU that is not serai's has it.
    """
    try:
        os.close(os.open(device, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise SeraiError(Code.REFUSED, f"{key}: {device} cannot be opened: {error.strerror}") from error
        raise SeraiError(
            Code.BUSY,
            f"{key}: {device} is in use: mounted, swap, or part of another device",
            hint="lsblk shows it",
        ) from error
