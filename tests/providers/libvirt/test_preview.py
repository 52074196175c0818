"""The XML of a machine that is not there yet; nothing is made for it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from serai.providers.contract import Image, Materials
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.spec.disk import Disk, DiskDevice, DiskFormat
from serai.spec.machine import Machine
from serai.spec.pool import Pool, PoolType
from serai.util.units import MIB

IMAGE = Image(
    reference="tiny",
    digest="sha256:" + "ab" * 32,
    disk=Path("/store/disk"),
    kernel=Path("/store/kernel"),
    initrd=Path("/store/initrd"),
    cmdline="quiet",
    virtual_size=MIB,
    seed="tiny",
    arch="amd64",
)


def files(text: str) -> list[str | None]:
    return [source.get("file") for source in ElementTree.fromstring(text).iterfind("devices/disk/source")]


def test_disks_seed_and_kernel_are_where_they_will_be(pretended: Libvirt, uri: str) -> None:
    disks = {"data": Disk(size=MIB, format=DiskFormat.RAW), "cd": Disk(device=DiskDevice.CDROM)}
    shown = pretended.render(Machine(name="web", disks=disks), Materials(image=IMAGE))
    assert shown.language == "xml"
    assert files(shown.text) == [
        "/default-pool/shop-t1_web_root.qcow2",
        "/default-pool/shop-t1_web_data.raw",
        "/default-pool/shop-t1_web_seed.iso",
    ]
    tree = ElementTree.fromstring(shown.text)
    assert tree.findtext("os/kernel") == "/default-pool/serai-abababababababab.kernel"
    assert opened(uri).listAllDomains() == []
    assert opened(uri).storagePoolLookupByName("default").listVolumes() == []


def test_a_pool_that_will_be_made_counts(pretended: Libvirt) -> None:
    pools = {"default": Pool(type=PoolType.DIR, path="/srv/fast")}
    shown = pretended.render(Machine(name="web", disks={"data": Disk(size=MIB)}), Materials(pools=pools))
    assert files(shown.text) == ["/srv/fast/shop-t1_web_data.qcow2"]


def test_what_is_made_is_shown_as_it_is(pretended: Libvirt, uri: str) -> None:
    machine = Machine(name="web", disks={"data": Disk(size=MIB)})
    pretended.create(machine, Materials())
    shown = ElementTree.fromstring(pretended.render(machine, Materials()).text)
    defined = ElementTree.fromstring(opened(uri).lookupByName("shop_web").XMLDesc(0))
    for path in ("name", "uuid", "memory", "vcpu"):
        assert shown.findtext(path) == defined.findtext(path), path
    assert [each.get("file") for each in shown.iterfind("devices/disk/source")] == [
        each.get("file") for each in defined.iterfind("devices/disk/source")
    ]
