"""Disks in QEMU's words (DISK-1, DISK-2): a file node, a format node on it, a device in the guest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from serai.providers.disk_serials import serial
from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.site import DiskFile
from serai.spec.disk import Bus, Cache, DetectZeroes, Disk, DiskDevice
from serai.spec.machine import Machine
from serai.util.digest import sha256

Option = tuple[str, ...]

# Cache mode -> O_DIRECT, flushes ignored, write cache shown to the guest. Source: qemu-options, `cache`.
CACHES = {
    Cache.NONE: (True, False, True),
    Cache.WRITEBACK: (False, False, True),
    Cache.WRITETHROUGH: (False, False, False),
    Cache.DIRECTSYNC: (True, False, False),
    Cache.UNSAFE: (False, True, True),
}

SEED = "seed"
"""No disk of the spec can have its name where there is one: they would be one device."""
NAME_LIMIT = 31
"""Characters in a node name. Source: QEMU block.c, BlockDriverState.node_name."""


def node_name(name: str) -> str:
    """The format node of a disk: `disk-NAME`, shortened by a digest when it would be too long."""
    plain = f"disk-{name}"
    if len(plain) + len("-file") <= NAME_LIMIT:
        return plain
    return f"disk-{sha256(name.encode()).hexdigest()[:12]}"


def file_name(name: str) -> str:
    """The file node of a disk."""
    return f"{node_name(name)}-file"


def device_id(name: str) -> str:
    return node_name(name).replace("disk-", "dev-", 1)


def iothread_name(number: int) -> str:
    """The I/O threads are numbered from 1, as in the spec."""
    return f"io{number}"


def cache_mode(disk: DiskFile, spec: Disk | None) -> Cache:
    """`auto` is none where the file system can do O_DIRECT, else writeback."""
    wanted = spec.cache if spec else Cache.AUTO
    if wanted is not Cache.AUTO:
        return wanted
    return Cache.NONE if disk.direct else Cache.WRITEBACK


def file_node(disk: DiskFile, spec: Disk | None) -> dict[str, Any]:
    """The node that reads and writes the file."""
    node: dict[str, Any] = {
        "driver": disk.driver,
        "node-name": file_name(disk.name),
        "filename": disk.path,
        "aio": disk.aio,
    }
    return node | _common(disk, spec)


def format_node(disk: DiskFile, spec: Disk | None) -> dict[str, Any]:
    """The node that understands qcow2 or raw."""
    node = {"driver": disk.format, "node-name": node_name(disk.name), "file": file_name(disk.name)}
    node |= _common(disk, spec)
    if spec and spec.detect_zeroes is not DetectZeroes.OFF:
        node["detect-zeroes"] = str(spec.detect_zeroes)
    return node


def _common(disk: DiskFile, spec: Disk | None) -> dict[str, Any]:
    direct, no_flush, _ = CACHES[cache_mode(disk, spec)]
    node: dict[str, Any] = {
        "cache": {"direct": direct, "no-flush": no_flush},
        "discard": spec.discard if spec else "unmap",
    }
    if spec and (spec.readonly or is_cdrom(spec)):
        node["read-only"] = True
    return node


def bus_of(spec: Disk | None) -> Bus:
    """A CD-ROM that names no bus is on SATA: virtio has none. Floppies have a controller of their own."""
    if spec is None:
        return Bus.VIRTIO
    if spec.device is DiskDevice.FLOPPY:
        return Bus.FDC
    return Bus.SATA if is_cdrom(spec) and spec.bus is Bus.VIRTIO else spec.bus


def is_cdrom(spec: Disk | None) -> bool:
    return spec is not None and spec.device is DiskDevice.CDROM


def device(disk: DiskFile, spec: Disk | None, *, sata: int = 0, iothreads: int = 1) -> dict[str, Any]:
    """The device as the guest sees it, without its place on a bus."""
    bus = bus_of(spec)
    base: dict[str, Any] = {"id": device_id(disk.name)}
    if disk.path:
        base["drive"] = node_name(disk.name)
    if bus is Bus.FDC:
        return {"driver": "floppy", **base}
    base["serial"] = serial(disk.name, spec)
    if bus is Bus.NVME:
        return {"driver": "nvme", **base} | ({"max_ioqpairs": spec.queues} if spec and spec.queues else {})
    place = "scsi0.0" if bus is Bus.SCSI else f"ide.{sata}"
    if is_cdrom(spec):
        return {"driver": "scsi-cd" if bus is Bus.SCSI else "ide-cd", **base, "bus": place}
    base["write-cache"] = "on" if CACHES[cache_mode(disk, spec)][2] else "off"
    if bus is Bus.SCSI:
        return {"driver": "scsi-hd", **base, "bus": place}
    if bus is Bus.SATA:
        return {"driver": "ide-hd", **base, "bus": place}
    if spec and spec.queues:
        base["num-queues"] = spec.queues
    return {"driver": "virtio-blk-pci", **base, **_served_by(spec, iothreads)}


def _served_by(spec: Disk | None, iothreads: int) -> dict[str, Any]:
    """The I/O thread of a virtio disk; several share its queues in turn (QEMU 9.0)."""
    if not iothreads:
        return {}
    chosen = spec.iothreads if spec and spec.iothreads else [1]
    if len(chosen) == 1:
        return {"iothread": iothread_name(chosen[0])}
    return {"iothread-vq-mapping": [{"iothread": iothread_name(number)} for number in chosen]}


def scsi_controller(machine: Machine) -> str:
    """One controller serves all SCSI disks; their queues and I/O thread are its own (`check` wants them alike)."""
    disks = [disk for disk in machine.disks.values() if bus_of(disk) is Bus.SCSI]
    threads = next((disk.iothreads for disk in disks if disk.iothreads), [1])
    queues = next((disk.queues for disk in disks if disk.queues), None)
    words = ["virtio-scsi-pci,id=scsi0"]
    if machine.iothreads:
        words.append(f"iothread={iothread_name(threads[0])}")
    if queues:
        words.append(f"num_queues={queues}")
    return ",".join(words)


def disk_options(disk: DiskFile, spec: Disk | None, *, boot: int | None, sata: int, iothreads: int = 1) -> str:
    """The value of `-device`; disks are tried for booting in their order, `boot` counting from 0.

    A comma ends a value there; two of them are one.
    """
    words = device(disk, spec, sata=sata, iothreads=iothreads)
    if boot is not None:
        words["bootindex"] = boot
    if any(isinstance(value, list) for value in words.values()):
        return msgspec.json.encode(words).decode()
    rest = {key: str(value).replace(",", ",,") for key, value in words.items() if key != "driver"}
    return ",".join([words["driver"], *(f"{key}={value}" for key, value in rest.items())])


def seed_options() -> Iterator[Option]:
    """The NoCloud seed: a small read-only disk, found by its label."""
    yield (
        "-blockdev",
        '{"driver":"raw","node-name":"seed","read-only":true,'
        '"file":{"driver":"file","filename":"seed.iso","read-only":true}}',
    )
    yield "-device", f"virtio-blk-pci,id={device_id(SEED)},drive=seed,serial=seed"


def nvram_nodes(uefi: Uefi) -> Iterator[dict[str, Any]]:
    """The firmware's code, read only, and the machine's own copy of its variables."""
    yield {
        "driver": uefi.code_format,
        "node-name": "firmware",
        "read-only": True,
        "file": {"driver": "file", "filename": uefi.code, "read-only": True},
    }
    yield {
        "driver": uefi.variables_format,
        "node-name": "efivars",
        "file": {"driver": "file", "filename": "efivars.fd"},
    }
