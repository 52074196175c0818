"""Disks are read back, each with a name."""

from __future__ import annotations

from serai.providers.libvirt.adopt.disks import disk_of, named
from serai.spec.disk import Cache, Discard, DiskFormat, Io

DISK = (
    "<disk type='{1}' device='disk'><driver type='qcow2'/><source file='/a'/>"
    "<target dev='{0}' bus='{2}'/>{3}</disk>"
)


def disk(dev: str, *, kind: str = "file", bus: str = "virtio", more: str = "") -> str:
    return DISK.format(dev, kind, bus, more)


def test_serial_numbers_are_names_and_the_first_is_root(make):
    root = make(devices=disk("vda") + disk("vdb", more="<serial>data</serial>") + disk("vdc"))

    assert list(named(root)) == ["root", "data", "vdc"]


def test_a_root_that_says_so_is_it(make):
    root = make(devices=disk("vda", more="<serial>log</serial>") + disk("vdb", more="<serial>root</serial>"))

    assert list(named(root)) == ["log", "root"]


def test_buses_and_sources_without_words_are_left_out(make):
    root = make(devices=disk("hda", bus="ide") + disk("vdb", kind="network") + disk("vdc"))

    assert list(named(root)) == ["root"]


def test_what_is_said_of_a_disk(make):
    text = (
        "<disk type='block' device='disk'><driver type='raw' cache='none' io='native' iothread='2'/>"
        "<source dev='/dev/sdb'/><target dev='vdb' bus='virtio'/><serial>WD 1</serial></disk>"
    )
    found = disk_of("vdb", make(devices=text).find("devices/disk"), iothreads=2)

    assert (found.path, found.format, found.cache, found.io) == ("/dev/sdb", DiskFormat.RAW, Cache.NONE, Io.NATIVE)
    assert (found.iothreads, found.serial, found.discard) == ([2], "WD 1", Discard.IGNORE)


def test_the_first_thread_is_what_a_disk_gets_that_says_nothing(make):
    text = disk("vda").replace("type='qcow2'", "type='qcow2' iothread='1'")
    element = make(devices=text).find("devices/disk")

    assert disk_of("root", element, iothreads=1).iothreads == []
