"""Disks and CD-ROMs, their controllers and I/O threads, and the seed."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.qemu.blockdev import (
    bus_of,
    disk_options,
    file_node,
    format_node,
    iothread_name,
    scsi_controller,
    seed_options,
)
from serai.providers.qemu.render.words import Option, as_json
from serai.providers.qemu.site import Site
from serai.spec.disk import Bus
from serai.spec.machine import Machine


def iothreads(machine: Machine, _site: Site) -> Iterator[Option]:
    for number in range(1, machine.iothreads + 1):
        yield "-object", f"iothread,id={iothread_name(number)}"


def options(machine: Machine, site: Site) -> Iterator[Option]:
    if any(bus_of(disk) is Bus.SCSI for disk in machine.disks.values()):
        yield "-device", scsi_controller(machine)
    if any(bus_of(disk) is Bus.FDC for disk in machine.disks.values()):
        yield "-device", "isa-fdc,id=fdc0"
    sata = 0
    for number, disk in enumerate(site.disks):
        spec = machine.disks.get(disk.name)
        if disk.path:
            yield "-blockdev", as_json(file_node(disk, spec))
            yield "-blockdev", as_json(format_node(disk, spec))
        place = None if bus_of(spec) is Bus.FDC else _boot_place(machine, site, disk.name, number)
        yield "-device", disk_options(disk, spec, boot=place, sata=sata, iothreads=machine.iothreads)
        sata += bus_of(spec) is Bus.SATA
    if site.seed:
        yield from seed_options()


def _boot_place(machine: Machine, site: Site, name: str, number: int) -> int | None:
    """Its place among those that the firmware tries; None: it is not tried."""
    if site.image and site.image.kernel:
        return None  # a kernel of QEMU's has the first place
    order = machine.boot.order
    if order:
        return order.index(name) if name in order else None
    return number
