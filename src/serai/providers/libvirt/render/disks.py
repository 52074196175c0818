"""<disk>: sources, drivers and buses (DISK-1, DISK-2)."""

from __future__ import annotations

from serai.providers.disk_serials import serial
from serai.providers.libvirt.render.element import Element, add
from serai.providers.libvirt.render.firmware import SEED
from serai.providers.libvirt.site import DiskSource, Site, SourceKind
from serai.spec.disk import Bus, Cache, DetectZeroes, Disk, DiskDevice, DiskFormat, Io
from serai.spec.machine import Machine
from serai.util.drives import letters
from serai.util.errors import Code, SeraiError

PREFIXES = {Bus.VIRTIO: "vd", Bus.NVME: "nvme", Bus.FDC: "fd"}
"""What libvirt calls disks of a bus; others are `sd`."""
SEED_DISK = Disk(format=DiskFormat.RAW, readonly=True, cache=Cache.WRITEBACK, io=Io.THREADS, serial=SEED)
"""The seed is small and found by its label; virtio-blk is what every image that reads one has."""


def spec_of(machine: Machine, source: DiskSource) -> Disk:
    """What the spec says of a disk; the root of an image need not be in it, and the seed never is."""
    if source.name in machine.disks:
        return machine.disks[source.name]
    return SEED_DISK if source.name == SEED else Disk()


def bus_of(disk: Disk, arch: str) -> Bus:
    """A CD-ROM drive cannot be virtio: it is SATA, or SCSI on boards without SATA. Floppies have FDC alone."""
    if disk.device is DiskDevice.FLOPPY:
        return Bus.FDC
    if disk.device is DiskDevice.CDROM and disk.bus is not Bus.SCSI:
        return Bus.SATA if arch == "x86_64" else Bus.SCSI
    return disk.bus


def targets(machine: Machine, site: Site) -> dict[str, str]:
    """Name of a disk -> what libvirt calls it (`vda`, `sdb`), in the order of the site's disks."""
    counts = {"vd": 0, "sd": 0, "fd": 0, "nvme": 0}
    found = {}
    for source in site.disks:
        bus = bus_of(spec_of(machine, source), site.arch)
        prefix = PREFIXES.get(bus, "sd")
        number = counts[prefix]
        counts[prefix] += 1
        found[source.name] = f"nvme{number}n1" if bus is Bus.NVME else f"{prefix}{letters(number)}"
    return found


def add_disks(parent: Element, machine: Machine, site: Site, boot: dict[str, int]) -> None:
    names = targets(machine, site)
    for source in site.disks:
        parent.append(disk(machine, site, source, names[source.name], boot.get(source.name)))


def disk(machine: Machine, site: Site, source: DiskSource, target: str, boot: int | None = None) -> Element:
    """One <disk>, as it is defined and as it is attached to a running domain."""
    spec = spec_of(machine, source)
    bus = bus_of(spec, site.arch)
    element = Element("disk", {"type": str(source.kind), "device": str(spec.device)})
    _driver(element, machine, source, spec, bus)
    _source(element, source)
    add(element, "target", dev=target, bus=bus)
    if spec.readonly or spec.device is DiskDevice.CDROM:
        add(element, "readonly")
    if spec.serial or spec.device is DiskDevice.DISK:
        add(element, "serial", serial(source.name, spec))
    if boot:
        add(element, "boot", order=boot)
    return element


def _has_source(source: DiskSource) -> bool:
    """A drive may be empty."""
    return bool(source.path) or source.kind is SourceKind.VOLUME


def _source(parent: Element, source: DiskSource) -> None:
    if source.kind is SourceKind.VOLUME:
        add(parent, "source", pool=source.pool, volume=source.volume)
    elif _has_source(source):
        add(parent, "source", **{"dev" if source.kind is SourceKind.BLOCK else "file": source.path})


def cache_mode(source: DiskSource, spec: Disk) -> Cache:
    """`auto` is none where O_DIRECT works, else writeback."""
    if spec.cache is not Cache.AUTO:
        return spec.cache
    return Cache.NONE if source.direct else Cache.WRITEBACK


def io_mode(machine: Machine, source: DiskSource, spec: Disk) -> str:
    """`auto` is what was found to work. native goes with O_DIRECT alone: stated without it, it is refused."""
    direct = cache_mode(source, spec) in (Cache.NONE, Cache.DIRECTSYNC)
    if spec.io is Io.AUTO:
        return str(Io.THREADS) if source.aio == Io.NATIVE and not direct else source.aio
    if spec.io is Io.NATIVE and not direct:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: disks.{source.name}.io: native needs O_DIRECT, and its file system has none",
            hint="io: threads, or a pool on another file system",
        )
    return str(spec.io)


def _driver(parent: Element, machine: Machine, source: DiskSource, spec: Disk, bus: Bus) -> None:
    drive = spec.is_drive
    driver = add(
        parent,
        "driver",
        name="qemu",
        type="raw" if drive and not _has_source(source) else source.format,
        cache=cache_mode(source, spec),
        io=io_mode(machine, source, spec),
        discard=None if drive or spec.readonly else spec.discard,
        detect_zeroes=None if spec.detect_zeroes is DetectZeroes.OFF else spec.detect_zeroes,
    )
    if bus is not Bus.VIRTIO:
        return
    threads = spec.iothreads or ([1] if machine.iothreads and source.name != SEED else [])
    if len(threads) == 1:
        driver.set("iothread", str(threads[0]))
    if spec.queues:
        driver.set("queues", str(spec.queues))
    if len(threads) > 1:
        mapping = add(driver, "iothreads")
        for number in threads:
            add(mapping, "iothread", id=number)
