"""Disks in QEMU's words (DISK-1)."""

from __future__ import annotations

import pytest

from serai.providers.qemu.blockdev import NAME_LIMIT, device, file_node, node_name
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
