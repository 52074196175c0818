"""What libvirt refuses of disks (DISK-1, DISK-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from serai.providers.disk_serials import shared
from serai.providers.libvirt.refusal import older, refuse
from serai.providers.libvirt.render.disks import bus_of
from serai.providers.libvirt.site import Able
from serai.spec.disk import Bus, DetectZeroes, Discard, Disk, DiskDevice, DiskFormat, Preallocation
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SERIAL = re.compile(r"[A-Za-z0-9_.+ -]+")
"""Source: libvirt, domaincommon.rng, diskSerial."""
RAW = (".raw", ".img", ".iso")
"""Ends of names of files that hold no qcow2."""
SERVED = (Bus.VIRTIO, Bus.SCSI)
"""Buses with queues and I/O threads: of the disk, or of the controller."""
FLOPPIES = 2
"""Drives of one controller."""
MAPPING = (10_000_000, 9_000_000)
"""libvirt and QEMU that spread the queues of a disk over I/O threads."""


def check(machine: Machine, able: Able, arch: str) -> Iterator[SeraiError]:
    for name, disk in machine.disks.items():
        key = f"disks.{name}"
        bus = bus_of(disk, arch)
        yield from _bus(key, disk, bus, able)
        yield from _threads(key, disk, bus, able)
        yield from (_drive(key, disk) if disk.is_drive else _blocks(key, disk))
        path = "" if disk.is_drive or disk.format is DiskFormat.RAW else disk.path or ""
        if path.endswith(RAW):
            yield refuse(f"{key}.format", f"{path} looks raw", "state format: raw", Code.INPUT)
        elif path.startswith("/dev/"):
            yield refuse(f"{key}.format", f"{path} is a device", "state format: raw", Code.INPUT)
        if disk.serial and not SERIAL.fullmatch(disk.serial):
            why = "libvirt takes letters, digits, spaces and . _ + -"
            yield refuse(f"{key}.serial", why, "leave the rest out", Code.INPUT)
    known = {name: disk for name, disk in machine.disks.items() if disk.serial or not disk.is_drive}
    yield from (refuse(*each, Code.INPUT) for each in shared(known))
    yield from _scsi(machine, arch)
    floppies = [name for name, disk in machine.disks.items() if disk.device is DiskDevice.FLOPPY]
    if floppies and arch != "x86_64":
        yield refuse(f"disks.{floppies[0]}.device", "this board has no floppy drive", "device: cdrom")
    if len(floppies) > FLOPPIES:
        yield refuse(f"disks.{floppies[FLOPPIES]}", f"a controller has {FLOPPIES} floppy drives", "device: cdrom")


def _blocks(key: str, disk: Disk) -> Iterator[SeraiError]:
    """What is done with blocks that nobody uses."""
    if disk.detect_zeroes is DetectZeroes.UNMAP and disk.discard is not Discard.UNMAP:
        why = "unmap gives blocks back, and discard is ignore"
        yield refuse(f"{key}.detect_zeroes", why, "discard: unmap, or detect_zeroes: on", Code.INPUT)
    if disk.preallocation is Preallocation.METADATA and disk.format is DiskFormat.RAW:
        yield refuse(f"{key}.preallocation", "raw has no metadata", "falloc or full", Code.INPUT)


def _drive(key: str, disk: Disk) -> Iterator[SeraiError]:
    what = "a CD-ROM" if disk.device is DiskDevice.CDROM else "a floppy"
    for name in ("size", "pool", "preallocation"):
        if getattr(disk, name):
            yield refuse(f"{key}.{name}", f"{what} is not made", "leave it out, and state path", Code.INPUT)


def _bus(key: str, disk: Disk, bus: Bus, able: Able) -> Iterator[SeraiError]:
    if bus is Bus.NVME and (old := older(able, 11_005_000)):
        yield refuse(f"{key}.bus", f"{old} has no emulated NVMe: 11.5 does", "bus: virtio, or provider: qemu")
    if bus is Bus.SATA and disk.readonly and disk.device is DiskDevice.DISK:
        yield refuse(f"{key}.readonly", "a SATA disk cannot be read only", "bus: virtio")
    if disk.queues and bus not in SERVED:
        yield refuse(f"{key}.queues", f"a {bus} disk has none of its own", "bus: virtio")


def _threads(key: str, disk: Disk, bus: Bus, able: Able) -> Iterator[SeraiError]:
    if not disk.iothreads:
        return
    if bus not in SERVED:
        yield refuse(f"{key}.iothreads", f"a {bus} disk has none of its own", "bus: virtio")
    elif len(disk.iothreads) > 1 and bus is Bus.SCSI:
        yield refuse(f"{key}.iothreads", "the SCSI controller is served by one", "name one, or bus: virtio")
    elif len(disk.iothreads) > 1 and (able.libvirt < MAPPING[0] or 0 < able.qemu < MAPPING[1]):
        why = "several threads for one disk need libvirt 10.0 and QEMU 9.0"
        yield refuse(f"{key}.iothreads", why, "name one")


def _scsi(machine: Machine, arch: str) -> Iterator[SeraiError]:
    """One controller serves all SCSI disks."""
    disks = [(name, disk) for name, disk in machine.disks.items() if bus_of(disk, arch) is Bus.SCSI]
    for key in ("queues", "iothreads"):
        stated = [(name, getattr(disk, key)) for name, disk in disks if getattr(disk, key)]
        for name, value in stated[1:]:
            if value != stated[0][1]:
                why = f"one controller serves all SCSI disks, and {stated[0][0]} states other {key}"
                yield refuse(f"disks.{name}.{key}", why, "make them alike, or bus: virtio", Code.INPUT)
