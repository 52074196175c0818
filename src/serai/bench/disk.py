"""`serai bench disk`: preallocation, cache, asynchronous I/O and bus of a disk, in a guest (DISK-1..3).

Every variant is a disk of one machine, told apart in the guest by its size. A measurement writes a part of
the disk that was never written before: allocation is what preallocation is about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serai.bench.lab import NO_DRIVER, Guest, lab, refused, without
from serai.bench.plan import IMAGE, Settings, in_turn
from serai.bench.report import Case, case_of
from serai.util.units import KIB, MIB

Work = Callable[[Guest, str, int, int], float]
"""(guest, device, round, bytes) -> the value of the case's unit."""

CHUNK = 32 * MIB
SMALL = 512
"""Requests of 4 KiB that one measurement of latency makes."""


def first_write(guest: Guest, device: str, number: int, size: int) -> float:
    """MiB a second, written in order where nothing was, in clusters, past the guest's page cache, then flushed."""
    count = size // (64 * KIB)
    words = f"if=/dev/zero of={device} bs=64k count={count} seek={number * count} oflag=direct conv=notrunc,fsync"
    return size / MIB / guest.dd(words)


def synced_write(guest: Guest, device: str, number: int, size: int) -> float:
    """MiB a second through the guest's page cache, with a flush at the end."""
    count = size // MIB
    words = f"if=/dev/zero of={device} bs=1M count={count} seek={number * count} conv=notrunc,fsync"
    return size / MIB / guest.dd(words)


def small_writes(guest: Guest, device: str, number: int, size: int) -> float:
    """Requests a second: 4 KiB each, one after the other, past the guest's page cache."""
    words = f"if=/dev/zero of={device} bs=4k count={SMALL} seek={number * SMALL} oflag=direct conv=notrunc"
    return SMALL / guest.dd(words)


CASES: dict[str, tuple[str, str, str, dict[str, dict[str, Any]], Work]] = {
    "preallocation": (
        "first writes to a new disk, by how much of it was made beforehand",
        "MiB/s",
        "DISK-3",
        {
            "qcow2 off": {"preallocation": "off"},
            "qcow2 metadata": {"preallocation": "metadata"},
            "qcow2 falloc": {"preallocation": "falloc"},
            "raw": {"format": "raw", "preallocation": "off"},
        },
        first_write,
    ),
    "cache": (
        "writes with a flush at the end, by how the host caches",
        "MiB/s",
        "DISK-1",
        {
            "writeback": {"cache": "writeback"},
            "none": {"cache": "none"},
            "writethrough": {"cache": "writethrough"},
        },
        synced_write,
    ),
    "io": (
        "single 4 KiB writes, by how QEMU waits for the host",
        "IO/s",
        "DISK-1",
        {
            "threads": {"cache": "none", "io": "threads"},
            "native": {"cache": "none", "io": "native"},
            "io_uring": {"cache": "none", "io": "io_uring"},
        },
        small_writes,
    ),
    "bus": (
        "single 4 KiB writes, by the bus that the guest sees",
        "IO/s",
        "DISK-1",
        {"virtio": {"bus": "virtio"}, "scsi": {"bus": "scsi"}, "sata": {"bus": "sata"}, "nvme": {"bus": "nvme"}},
        small_writes,
    ),
}
DRIVERS = {"scsi": ("virtio_scsi", "sd_mod"), "sata": ("ahci", "sd_mod"), "nvme": ("nvme",)}


def run(settings: Settings) -> list[Case]:
    """All cases that are wanted."""
    return [_case(name, settings) for name in CASES if settings.wants(name)]


def _case(name: str, settings: Settings) -> Case:
    question, unit, guide, variants, work = CASES[name]
    size = settings.size or CHUNK
    base = (settings.rounds + 2) * max(size, SMALL * 4 * KIB) // MIB
    disks = {
        variant: {"size": f"{base + number}MiB", **keys} for number, (variant, keys) in enumerate(variants.items())
    }
    lost = refused(
        {variant: {"image": IMAGE, "disks": {"d": disk}} for variant, disk in disks.items()}, settings.provider
    )
    made = {f"d{number}": disks[variant] for number, variant in enumerate(variants) if variant not in lost}
    if not made:
        return Case(name=name, question=question, guide=guide, not_measurable=without(lost).removeprefix("; "))
    settings.say(f"{name}: a machine with {len(made)} disks")
    machine = {"image": IMAGE, "cpus": 2, "disks": made}
    with lab({"bench": machine}, settings.provider, settings.say) as (_, guests):
        guest = guests["bench"]
        devices = {}
        for number, (variant, keys) in enumerate(variants.items()):
            if variant not in lost:
                known = guest.modules(*DRIVERS.get(keys.get("bus", ""), ("virtio_blk",)))
                devices[variant] = _device(guest, base + number) if known else ""
        there = [variant for variant, device in devices.items() if device]
        lost |= {variant: NO_DRIVER for variant in devices if variant not in there}

        def measure(variant: str, number: int) -> float:
            value = work(guest, devices[variant], number, size)
            settings.say(f"{name}: {variant} {value:.4g} {unit}")
            return value

        samples = in_turn(there, settings.rounds, measure)
    return case_of(name, question + without(lost), samples, unit=unit, guide=guide)


def _device(guest: Guest, mebibytes: int) -> str:
    """The guest's block device of this size; empty when there is none after 5 s: buses are scanned at leisure."""
    script = f"""
for i in 1 2 3 4 5 6 7 8 9 10; do
    for b in /sys/block/*; do
        read -r s < $b/size
        [ "$s" = {mebibytes * MIB // 512} ] && echo /dev/${{b##*/}} && exit 0
    done
    usleep 500000
done; true"""
    return guest.sh(script).strip()
