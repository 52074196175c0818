"""Disks that libvirt takes; those that it refuses are in refusals.yaml, with all others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.libvirt.check_disks import check
from serai.providers.libvirt.site import Able
from serai.spec.machine import Machine


def said(disk: dict[str, Any], libvirt: int, qemu: int) -> list[str]:
    machine = msgspec.convert({"iothreads": 2, "disks": {"d": disk}}, Machine)
    return [each.message for each in check(machine, Able(libvirt=libvirt, qemu=qemu), "x86_64")]


@pytest.mark.parametrize(
    ("libvirt", "qemu", "taken"),
    [
        (10_000_000, 9_000_000, True),
        (10_000_000, 8_002_000, False),
        (9_010_000, 9_000_000, False),
        (10_000_000, 0, True),
    ],
)
def test_queues_are_spread_over_threads_where_both_can(libvirt: int, qemu: int, taken: bool) -> None:
    assert (said({"iothreads": [1, 2]}, libvirt, qemu) == []) is taken


def test_nvme_is_taken_by_the_libvirt_that_has_it() -> None:
    assert said({"bus": "nvme"}, 11_005_000, 10_000_000) == []
    assert said({"bus": "nvme"}, 11_004_000, 10_000_000) != []


def test_a_floppy_is_raw_has_no_size_and_no_queues() -> None:
    assert said({"device": "floppy", "path": "a.img"}, 9_000_000, 7_002_000) == []
    assert said({"device": "floppy", "size": 1 << 20}, 9_000_000, 7_002_000) != []
    assert said({"device": "floppy", "queues": 2}, 9_000_000, 7_002_000) != []


@pytest.mark.parametrize("path", ["a.iso", "/dev/sr0"])
def test_what_is_in_a_cdrom_is_raw_without_a_word(path: str) -> None:
    assert said({"device": "cdrom", "path": path}, 9_000_000, 7_002_000) == []


def test_drives_have_no_serial_number_that_they_could_share() -> None:
    drives = {f"database-replication-{end}": {"device": "cdrom"} for end in "ab"}
    machine = msgspec.convert({"disks": drives}, Machine)
    assert list(check(machine, Able(libvirt=9_000_000, qemu=7_002_000), "x86_64")) == []
