"""Snapshots beside the disks: what libvirt is asked for, and what belongs to one. Real ones: tests/e2e."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serai.providers.libvirt import snapshot_external as external
from serai.providers.libvirt.record import Record, Volume
from serai.util.errors import SeraiError

DOMAIN = """
<domain><name>shop_web</name><os firmware='efi'/><devices>
  <disk device='disk'><source file='/p/root.qcow2'/><target dev='vda'/></disk>
  <disk device='disk'><source file='/p/seed.iso'/><target dev='vdb'/><readonly/></disk>
</devices></domain>"""


def record(*volumes: Volume) -> Record:
    return Record(name="web", project="shop", project_id="1", project_root="/p", uri="", volumes=volumes)


def test_disks_are_known_by_the_volumes_that_they_lie_in():
    state = record(Volume(pool="default", name="root.qcow2", disk="root"))

    assert external._disks(ElementTree.fromstring(DOMAIN), state) == {"vda": "root"}


def test_a_file_of_the_users_own_is_refused_before_anything_is_made():
    with pytest.raises(SeraiError, match=r"/p/root.qcow2 is your own"):
        external._disks(ElementTree.fromstring(DOMAIN), record())


@pytest.mark.parametrize(
    ("os", "uri", "wanted"),
    [
        ("<os><nvram>/x/vars.fd</nvram></os>", "qemu:///system", "/x/vars.fd"),
        ("<os firmware='efi'/>", "qemu:///system", "/var/lib/libvirt/qemu/nvram/shop_web_VARS.fd"),
        ("<os/>", "qemu:///system", ""),
    ],
)
def test_the_file_of_the_firmwares_variables(os, uri, wanted):
    root = ElementTree.fromstring(f"<domain><name>shop_web</name>{os}</domain>")

    assert external.variables_of(uri, root) == wanted


@pytest.mark.usefixtures("without_root")
def test_in_a_session_variables_are_the_users(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    root = ElementTree.fromstring(DOMAIN)

    assert external.variables_of("qemu:///session", root).startswith("/home/ann/.config/libvirt/qemu/nvram/")


def test_a_disk_moves_with_nothing_known_of_what_it_stands_on():
    disk = ElementTree.fromstring(
        "<disk><source file='/a'/><backingStore><source file='/b'/></backingStore></disk>"
    )
    external._move(disk, {"/a": "/new"})

    assert disk.find("source").get("file") == "/new" and disk.find("backingStore") is None


def test_which_kind_a_snapshot_is():
    def one(kind: str) -> ElementTree.Element:
        return ElementTree.fromstring(f"<domainsnapshot><disks><disk snapshot='{kind}'/></disks></domainsnapshot>")

    assert external.is_one(one("external"))
    assert not external.is_one(one("internal"))
