"""What libvirt refuses of disks (DISK-1, DISK-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from serai.providers.libvirt.refusal import older, refuse
from serai.providers.libvirt.render.disks import bus_of
from serai.providers.libvirt.site import Able
from serai.spec.disk import Bus, Disk, DiskDevice, DiskFormat
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SERIAL = re.compile(r"[A-Za-z0-9_.+ -]+")
"""Source: libvirt, domaincommon.rng, diskSerial."""
MAPPING = (10_000_000, 9_000_000)
"""libvirt and QEMU that spread the queues of a disk over I/O threads."""


def check(machine: Machine, able: Able, arch: str) -> Iterator[SeraiError]:
    for name, disk in machine.disks.items():
        key = f"disks.{name}"
        bus = bus_of(disk, arch)
        yield from _bus(key, disk, bus, able)
        yield from _threads(key, disk, bus, able)
        if disk.path and disk.format is DiskFormat.QCOW2 and disk.path.endswith((".raw", ".img", ".iso")):
            yield refuse(f"{key}.format", f"{disk.path} looks raw", "state format: raw", Code.INPUT)
        if disk.serial and not SERIAL.fullmatch(disk.serial):
            yield refuse(
                f"{key}.serial", "libvirt takes letters, digits, spaces and . _ + -", "leave the rest out"
            )


def _bus(key: str, disk: Disk, bus: Bus, able: Able) -> Iterator[SeraiError]:
    if bus is Bus.NVME and (old := older(able, 11_005_000)):
        yield refuse(f"{key}.bus", f"{old} has no emulated NVMe: 11.5 does", "bus: virtio, or provider: qemu")
    if bus is Bus.SATA and disk.readonly and disk.device is DiskDevice.DISK:
        yield refuse(f"{key}.readonly", "a SATA disk cannot be read only", "bus: virtio")
    if disk.queues and bus is not Bus.VIRTIO:
        yield refuse(f"{key}.queues", f"a {bus} disk has none of its own", "bus: virtio")


def _threads(key: str, disk: Disk, bus: Bus, able: Able) -> Iterator[SeraiError]:
    if not disk.iothreads:
        return
    if bus is not Bus.VIRTIO:
        yield refuse(f"{key}.iothreads", f"a {bus} disk has none of its own", "bus: virtio")
    elif len(disk.iothreads) > 1 and (able.libvirt < MAPPING[0] or 0 < able.qemu < MAPPING[1]):
        why = "several threads for one disk need libvirt 10.0 and QEMU 9.0"
        yield refuse(f"{key}.iothreads", why, "name one")
