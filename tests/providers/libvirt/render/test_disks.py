"""Disks: what they are called, how they are opened, who serves them (DISK-1, DISK-2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from libvirt_site import disk_of, machine_of, site_of
from serai.providers.libvirt.render import disks
from serai.providers.libvirt.site import DiskSource, SourceKind
from serai.spec.disk import Bus, Disk
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def driver(spec: dict[str, Any], *, direct: bool = True, aio: str = "threads", threads: int = 1) -> dict[str, str]:
    machine = msgspec.convert({"name": "web", "iothreads": threads, "disks": {"data": spec}}, Machine)
    form = str(machine.disks["data"].format)
    source = DiskSource(name="data", kind=SourceKind.FILE, format=form, path="/d", direct=direct, aio=aio)
    element = disks.disk(machine, site_of(machine_of("plain")), source, "vda").find("driver")
    assert element is not None
    return element.attrib


@pytest.mark.parametrize(
    ("stated", "direct", "cache"),
    [
        ("auto", True, "none"),
        ("auto", False, "writeback"),
        ("none", False, "none"),
        ("unsafe", True, "unsafe"),
    ],
)
def test_the_page_cache_is_left_out_where_that_works(stated: str, direct: bool, cache: str) -> None:
    assert driver({"cache": stated}, direct=direct)["cache"] == cache


def test_io_is_what_was_found_unless_it_is_stated() -> None:
    assert driver({}, aio="io_uring")["io"] == "io_uring"
    assert driver({"io": "native"}, aio="io_uring")["io"] == "native"


def test_native_io_is_for_disks_without_page_cache() -> None:
    assert driver({}, direct=False, aio="native")["io"] == "threads"
    assert driver({"cache": "directsync", "io": "native"}, direct=False)["io"] == "native"
    with pytest.raises(SeraiError, match=r"web: disks.data.io: native needs O_DIRECT"):
        driver({"io": "native"}, direct=False)


def test_the_first_io_thread_serves_what_names_none() -> None:
    assert driver({})["iothread"] == "1"
    assert driver({"iothreads": [3]}, threads=3)["iothread"] == "3"
    assert "iothread" not in driver({}, threads=0)
    assert "iothread" not in driver({"bus": "scsi"})


def test_zeros_are_looked_for_only_when_asked() -> None:
    assert "detect_zeroes" not in driver({})
    assert driver({"detect_zeroes": "unmap"})["detect_zeroes"] == "unmap"


def test_a_disk_that_cannot_be_written_discards_nothing() -> None:
    assert driver({})["discard"] == "unmap"
    assert "discard" not in driver({"readonly": True})


def test_disks_are_counted_by_what_the_guest_calls_them() -> None:
    machine = machine_of("disks")
    assert disks.targets(machine, site_of(machine)) == {
        "root": "vda",
        "data": "sda",
        "part": "vdb",
        "old": "sdb",
        "seen": "vdc",
        "pooled": "vdd",
        "cd": "sdc",
        "empty": "sdd",
        "seed": "vde",
    }


def test_nvme_disks_are_counted_for_themselves() -> None:
    machine = machine_of("disks-newer")
    assert disks.targets(machine, site_of(machine))["fast"] == "nvme0n1"


@pytest.mark.parametrize(
    ("spec", "arch", "bus"),
    [
        ({"device": "cdrom"}, "x86_64", Bus.SATA),
        ({"device": "cdrom"}, "aarch64", Bus.SCSI),
        ({"device": "cdrom", "bus": "scsi"}, "x86_64", Bus.SCSI),
        ({"device": "floppy"}, "x86_64", Bus.FDC),
        ({}, "x86_64", Bus.VIRTIO),
    ],
)
def test_a_cd_drive_is_never_virtio(spec: dict[str, str], arch: str, bus: Bus) -> None:
    assert disks.bus_of(msgspec.convert(spec, Disk), arch) is bus


def test_an_empty_drive_has_no_source() -> None:
    machine = machine_of("disks")
    element = disks.disk(machine, site_of(machine), disk_of(machine, "empty"), "sdd")
    assert element.find("source") is None
    assert element.find("driver[@type='raw']") is not None


def test_the_seed_is_read_only_and_found_by_its_serial() -> None:
    machine = machine_of("plain")
    element = disks.disk(machine, site_of(machine), disk_of(machine, "seed"), "vdb")
    assert element.find("readonly") is not None
    assert element.findtext("serial") == "seed"


def test_a_long_name_is_cut_for_the_serial() -> None:
    machine = msgspec.convert({"disks": {"a" * 30: {}}}, Machine)
    source = DiskSource(name="a" * 30, kind=SourceKind.FILE, format="raw", path="/d")
    assert disks.disk(machine, site_of(machine_of("plain")), source, "vda").findtext("serial") == "a" * 20
