"""Devices that come and go: what a running domain has decides what is plugged. Real guests: tests/e2e."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt import hotplug
from serai.providers.libvirt.render.domain import domain as render
from serai.providers.libvirt.resize import NotLive
from serai.providers.libvirt.site import DiskSource, SourceKind
from serai.spec.disk import Bus, Disk
from serai.util.units import GIB

libvirt = pytest.importorskip("libvirt", reason="needs libvirt-python")


class Running:
    """A domain that runs as it was rendered, and takes in what is attached."""

    def __init__(self, machine, site):
        self.root = ElementTree.fromstring(render(machine, site))
        self.grown = []

    def XMLDesc(self, flags):
        return ElementTree.tostring(self.root, encoding="unicode")

    def attachDeviceFlags(self, text, flags):
        self.root.find("devices").append(ElementTree.fromstring(text))

    def blockInfo(self, target):
        return [GIB, 0, 0]

    def blockResize(self, target, size, flags):
        self.grown.append((target, size))

    def updateDeviceFlags(self, text, flags):
        self.changed = ElementTree.fromstring(text)


@pytest.fixture
def plain():
    machine = machine_of("plain")
    return machine, site_of(machine)


def with_disk(machine, site, name, disk):
    new = msgspec.structs.replace(machine, disks={**machine.disks, name: disk})
    source = DiskSource(name=name, kind=SourceKind.FILE, format="qcow2", path=f"/srv/shop/{name}.qcow2")
    return new, msgspec.structs.replace(site, disks=(*site.disks, source))


def serials(running):
    return {each.findtext("serial"): each.find("target").get("dev") for each in running.root.iter("disk")}


def test_a_new_disk_gets_the_first_free_name(plain):
    machine, site = plain
    running = Running(machine, site)
    new, wanted = with_disk(machine, site, "data", Disk(size=GIB))
    hotplug.fit_disks(None, running, machine, new, wanted, {"data"})

    assert serials(running)["data"] == "vdc"


def test_doing_it_twice_plugs_once(plain):
    machine, site = plain
    running = Running(machine, site)
    new, wanted = with_disk(machine, site, "data", Disk(size=GIB))
    for _ in range(2):
        hotplug.fit_disks(None, running, machine, new, wanted, {"data"})

    assert list(serials(running)).count("data") == 1


def test_a_disk_that_waits_is_neither_plugged_nor_taken_out(plain):
    machine, site = plain
    old, there = with_disk(machine, site, "old", Disk(size=GIB, bus=Bus.SATA))
    running = Running(old, there)
    new, wanted = with_disk(machine, site, "data", Disk(size=GIB))
    new, wanted = with_disk(new, wanted, "slow", Disk(size=GIB, bus=Bus.SATA))
    hotplug.fit_disks(None, running, old, new, wanted, {"data"})

    assert {"data", "old"} <= set(serials(running)) and "slow" not in serials(running)


def test_a_scsi_disk_brings_its_controller(plain):
    machine, site = plain
    running = Running(machine, site)
    new, wanted = with_disk(machine, site, "data", Disk(size=GIB, bus=Bus.SCSI))
    hotplug.fit_disks(None, running, machine, new, wanted, {"data"})

    assert running.root.find("devices/controller[@type='scsi']").get("model") == "virtio-scsi"
    assert serials(running)["data"] == "sda"


def test_a_disk_that_is_too_small_grows(plain):
    machine, site = plain
    machine, site = with_disk(machine, site, "data", Disk(size=GIB))
    running = Running(machine, site)
    new, wanted = with_disk(
        machine, msgspec.structs.replace(site, disks=site.disks[:-1]), "data", Disk(size=2 * GIB)
    )
    hotplug.fit_disks(None, running, machine, new, wanted, {"data"})

    assert running.grown == [("vdc", 2 * GIB)]


def test_no_free_port_means_waiting(plain, monkeypatch):
    machine, site = plain
    running = Running(machine, site)

    def full(text, flags):
        raise libvirt.libvirtError("internal error: No more available PCI slots")

    monkeypatch.setattr(running, "attachDeviceFlags", full)
    new, wanted = with_disk(machine, site, "data", Disk(size=GIB))
    with pytest.raises(NotLive, match="spare PCIe ports"):
        hotplug.fit_disks(None, running, machine, new, wanted, {"data"})


def test_more_io_threads_than_it_was_started_with_mean_waiting(plain):
    machine, site = plain
    running = Running(msgspec.structs.replace(machine, iothreads=0), site)
    new, wanted = with_disk(machine, site, "data", Disk(size=GIB))
    with pytest.raises(NotLive, match="fewer I/O threads"):
        hotplug.fit_disks(None, running, machine, new, wanted, {"data"})


def test_an_interface_that_is_joined_to_another_network_waits(plain):
    machine, site = plain
    running = Running(machine, site)
    moved = msgspec.structs.replace(site, links=(msgspec.structs.replace(site.links[0], source="other"),))
    with pytest.raises(NotLive, match="changed when it starts"):
        hotplug.fit_cards(None, running, machine, moved, ())


def test_a_new_interface_is_plugged(plain):
    machine, site = plain
    running = Running(machine, site)
    more = msgspec.structs.replace(site.links[0], mac="52:54:00:00:00:99", source="back")
    wanted = msgspec.structs.replace(site, links=(*site.links, more))

    assert hotplug.fit_cards(None, running, machine, wanted, (site.links[0].mac,)) == []
    assert [each.get("network") for each in running.root.iterfind("devices/interface/source")] == [
        "default",
        "back",
    ]


def test_free_names():
    root = ElementTree.fromstring(
        "<domain><devices><disk><target dev='vda'/></disk><disk><target dev='vdc'/></disk></devices></domain>"
    )
    assert hotplug.free_target(root, "vd") == "vdb"
    assert hotplug.free_target(root, "sd") == "sda"
