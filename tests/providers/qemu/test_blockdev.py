"""Disks in QEMU's words (DISK-1)."""

from __future__ import annotations

import pytest

from serai.providers.qemu.blockdev import NAME_LIMIT, device, disk_options, file_node, node_name
from serai.providers.qemu.site import DiskFile
from serai.spec.disk import Bus, Cache, Disk

DATA = DiskFile(name="data", path="disks/data.qcow2", format="qcow2", direct=True, aio="io_uring")


@pytest.mark.parametrize(
    ("cache", "direct", "no_flush", "write_cache"),
    [
        (Cache.AUTO, True, False, "on"),
        (Cache.WRITEBACK, False, False, "on"),
        (Cache.WRITETHROUGH, False, False, "off"),
        (Cache.DIRECTSYNC, True, False, "off"),
        (Cache.UNSAFE, False, True, "on"),
    ],
)
def test_cache_modes_are_qemu_s(cache: Cache, direct: bool, no_flush: bool, write_cache: str) -> None:
    spec = Disk(cache=cache)
    assert file_node(DATA, spec)["cache"] == {"direct": direct, "no-flush": no_flush}
    assert device(DATA, spec)["write-cache"] == write_cache


def test_long_names_fit_into_node_names() -> None:
    one, two = node_name("x" * 63), node_name("x" * 62 + "y")
    assert one != two and len(f"{one}-file") <= NAME_LIMIT


def test_nvme_has_a_serial() -> None:
    assert device(DATA, Disk(bus=Bus.NVME))["serial"] == "data"


@pytest.mark.parametrize("bus", [Bus.VIRTIO, Bus.SCSI, Bus.SATA, Bus.NVME])
def test_a_comma_in_a_serial_number_ends_no_value(bus: Bus) -> None:
    words = disk_options(DATA, Disk(bus=bus, serial="WD,1"), boot=None, sata=0)
    assert ",serial=WD,,1" in words


def test_a_comma_is_one_in_json() -> None:
    words = disk_options(DATA, Disk(serial="WD,1", iothreads=[1, 2]), boot=None, sata=0, iothreads=2)
    assert '"serial":"WD,1"' in words
