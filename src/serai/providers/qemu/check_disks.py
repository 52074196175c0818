"""What is refused of a machine's disks (DISK-1..3)."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.disk_serials import shared
from serai.providers.qemu import render
from serai.providers.qemu.blockdev import SEED, bus_of, file_name, is_cdrom, node_name
from serai.providers.qemu.disks import ROOT
from serai.providers.qemu.features import Features
from serai.providers.qemu.refusal import LIBVIRT, refuse
from serai.spec.disk import Bus, Cache, DetectZeroes, Discard, Disk, DiskFormat, Io, Preallocation
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SATA_PORTS = 6
"""Of q35's controller (ICH9)."""
FLOPPIES = 2
"""Drives of one controller."""
BUFFERED = (Cache.WRITEBACK, Cache.WRITETHROUGH, Cache.UNSAFE)


def check(machine: Machine) -> Iterator[SeraiError]:
    """All refusals that need no QEMU."""
    sata = 0
    for name, disk in machine.disks.items():
        key = f"disks.{name}"
        yield from (_drive(key, disk) if disk.is_drive else _file(key, disk))
        yield from _queues(machine, key, disk)
        sata += bus_of(disk) is Bus.SATA
    yield from _names(machine)
    known = {name: disk for name, disk in machine.disks.items() if bus_of(disk) is not Bus.FDC}
    yield from (refuse(*each, Code.INPUT) for each in shared(known))
    yield from _floppies(machine)
    if sata > SATA_PORTS:
        yield refuse("disks", f"{sata} SATA disks, but q35 has {SATA_PORTS} ports", "use bus: virtio or scsi")
    if sata and not render.board(machine).startswith(("q35", "pc-q35")):
        yield refuse("disks", "SATA needs machine type q35", "bus: virtio, a CD-ROM: bus: scsi")
    yield from _one_controller(machine)


def _names(machine: Machine) -> Iterator[SeraiError]:
    """Each part of a disk has a name of its own in QEMU; an image has a root disk, and mostly a seed."""
    taken: dict[str, str] = {}
    for name in dict.fromkeys([*([ROOT] if machine.image else []), *machine.disks]):
        for node in (node_name(name), file_name(name)):
            if (other := taken.setdefault(node, name)) != name:
                why = f"QEMU would know a part of it and one of {other} as {node}"
                yield refuse(f"disks.{name}", why, "give one of them another name", Code.INPUT)
    if machine.image and SEED in machine.disks:
        why = "it is what the disk is called that tells an image's guest who it is"
        yield refuse(f"disks.{SEED}", why, "give it another name", Code.INPUT)


def _file(key: str, disk: Disk) -> Iterator[SeraiError]:
    if disk.io is Io.NATIVE and disk.cache in BUFFERED:
        why = f"native needs O_DIRECT, and cache {disk.cache} does not use it"
        yield refuse(f"{key}.io", why, "cache: none, or io: auto", Code.INPUT)
    if disk.path and disk.format is DiskFormat.QCOW2 and disk.path.endswith((".raw", ".img")):
        yield refuse(f"{key}.format", f"{disk.path} looks raw", "state format: raw", Code.INPUT)
    if disk.path and disk.format is DiskFormat.QCOW2 and disk.path.startswith("/dev/"):
        yield refuse(f"{key}.format", f"{disk.path} is a device", "state format: raw", Code.INPUT)
    if disk.pool:
        yield refuse(f"{key}.pool", "storage pools are libvirt's", f"leave it out; {LIBVIRT}")
    if disk.readonly and disk.bus is Bus.SATA:
        yield refuse(f"{key}.readonly", "a SATA disk cannot be read only", "bus: virtio")
    if disk.detect_zeroes is DetectZeroes.UNMAP and disk.discard is not Discard.UNMAP:
        why = "unmap gives blocks back, and discard is ignore"
        yield refuse(f"{key}.detect_zeroes", why, "discard: unmap, or detect_zeroes: on", Code.INPUT)
    if disk.preallocation is Preallocation.METADATA and disk.format is DiskFormat.RAW:
        yield refuse(f"{key}.preallocation", "raw has no metadata", "falloc or full", Code.INPUT)


def _floppies(machine: Machine) -> Iterator[SeraiError]:
    found = [name for name, disk in machine.disks.items() if bus_of(disk) is Bus.FDC]
    if found and not render.board(machine).startswith(("q35", "pc-q35")):
        yield refuse(f"disks.{found[0]}.device", "a floppy drive needs machine type q35", "device: cdrom")
    if len(found) > FLOPPIES:
        yield refuse(f"disks.{found[FLOPPIES]}", f"a controller has {FLOPPIES} floppy drives", "device: cdrom")


def _drive(key: str, disk: Disk) -> Iterator[SeraiError]:
    what = "a CD-ROM" if is_cdrom(disk) else "a floppy"
    if is_cdrom(disk) and disk.bus is Bus.NVME:
        yield refuse(f"{key}.bus", "nvme has no CD-ROMs", "bus: sata or scsi", Code.INPUT)
    for name in ("size", "pool", "preallocation"):
        if getattr(disk, name):
            yield refuse(f"{key}.{name}", f"{what} is not made", "leave it out, and state path", Code.INPUT)


def _queues(machine: Machine, key: str, disk: Disk) -> Iterator[SeraiError]:
    bus = bus_of(disk)
    if disk.queues and bus in (Bus.SATA, Bus.FDC):
        yield refuse(f"{key}.queues", f"{bus} has one queue", "bus: virtio")
    if disk.iothreads and bus in (Bus.SATA, Bus.NVME, Bus.FDC):
        yield refuse(f"{key}.iothreads", f"{bus} is served by QEMU's main loop", "bus: virtio or scsi")
    for number in disk.iothreads:
        if number > machine.iothreads:
            why = f"there is no I/O thread {number}"
            yield refuse(f"{key}.iothreads", why, f"iothreads: {number} for the machine", Code.INPUT)
    if len(disk.iothreads) > 1 and bus is Bus.SCSI:
        yield refuse(f"{key}.iothreads", "one I/O thread serves a SCSI controller", "bus: virtio, or name one")


def _one_controller(machine: Machine) -> Iterator[SeraiError]:
    """SCSI disks share a controller, whose queues and I/O thread are those of all of them."""
    for word in ("queues", "iothreads"):
        found = {
            str(getattr(disk, word))
            for disk in machine.disks.values()
            if bus_of(disk) is Bus.SCSI and getattr(disk, word)
        }
        if len(found) > 1:
            why = f"SCSI disks share a controller, and they state {word} {' and '.join(sorted(found))}"
            yield refuse("disks", why, f"state the same {word} for all of them", Code.INPUT)


def check_with(machine: Machine, able: Features) -> Iterator[SeraiError]:
    """What this QEMU cannot do."""
    for name, disk in machine.disks.items():
        if len(disk.iothreads) > 1 and "iothread-vq-mapping" not in able.blk_properties:
            why = f"QEMU {able.version} serves a disk by one I/O thread; 9.0 can share it among several"
            yield refuse(f"disks.{name}.iothreads", why, "name one")
        if disk.io not in (Io.AUTO, *able.aio):
            yield refuse(f"disks.{name}.io", f"QEMU {able.version} was built without {disk.io}", "io: auto")
