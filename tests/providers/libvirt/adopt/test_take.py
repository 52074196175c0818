"""Domains that others made are taken over as they are."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from serai.providers.contract import Materials, State
from serai.providers.libvirt.adopt.take import foreign, resolved, take
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.observe import from_metadata
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

THEIRS = """
<domain type='test'><name>old inn</name><memory unit='MiB'>64</memory><vcpu>2</vcpu><os><type>hvm</type></os>
<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/old.qcow2'/>
<target dev='vda' bus='virtio'/></disk><interface type='network'><mac address='52:54:00:00:00:01'/>
<source network='default'/><model type='virtio'/></interface></devices></domain>"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "old.qcow2").touch()
    return str(tmp_path / "old.qcow2")


@pytest.fixture
def theirs(uri: str, file: str):
    return opened(uri).defineXML(THEIRS.replace("/d/old.qcow2", file))


def test_domains_of_others_are_listed_and_ours_are_not(pretended: Libvirt, theirs, uri: str) -> None:
    pretended.create(Machine(name="web", provider="libvirt"), Materials())

    assert foreign(None) == [("old inn", uri)]


def test_one_is_taken_with_its_disks_left_to_their_owner(pretended: Libvirt, theirs, file: str) -> None:
    before = theirs.XMLDesc(0)
    machine, _ = take(pretended.scope, "old inn", "inn", None)

    assert (machine.memory.size, machine.cpu.total, machine.keep) == (64 << 20, 2, True)
    assert machine.disks["root"].path == file
    assert theirs.XMLDesc(0).replace(" ", "").startswith(before.split("<memory")[0].replace(" ", ""))
    record = from_metadata(theirs)
    assert record is not None
    assert (record.name, record.uuid, record.volumes) == ("inn", theirs.UUIDString(), ())
    seen = pretended.observe()["inn"]
    assert (seen.state, seen.applied) == (State.STOPPED, machine)
    assert foreign(None) == []


def test_a_taken_one_is_started_stopped_and_destroyed_as_any_other(pretended: Libvirt, theirs, file: str) -> None:
    machine, _ = take(pretended.scope, "old inn", "inn", None)
    pretended.start(machine, Materials())
    assert pretended.observe()["inn"].state is State.RUNNING
    pretended.stop("inn", budget=5)
    pretended.destroy("inn")

    assert pretended.observe() == {}
    assert foreign(None) == []
    assert Path(file).exists()


def test_one_of_another_project_is_not_taken(pretended: Libvirt, theirs, tmp_path) -> None:
    take(pretended.scope, "old inn", "inn", None)
    other = type(pretended.scope)(project="o", project_id="o1", root=tmp_path, home=tmp_path / "o")
    with pytest.raises(SeraiError, match="is machine inn of project shop") as caught:
        take(other, "old inn", "x", None)

    assert caught.value.code is Code.REFUSED


def test_one_that_is_not_there_is_named_with_those_that_are(pretended: Libvirt, theirs) -> None:
    with pytest.raises(SeraiError, match=r"no domain 'old in' .did you mean 'old inn'"):
        take(pretended.scope, "old in", "x", None)


def test_volumes_are_read_as_their_files(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    xml = "<volume><name>a.qcow2</name><capacity>1024</capacity></volume>"
    path = conn.storagePoolLookupByName("default").createXML(xml, 0).path()
    disk = "<disk type='volume'><source pool='default' volume='a.qcow2'/></disk>"
    found = ElementTree.fromstring(resolved(conn, f"<domain><devices>{disk}</devices></domain>")).find(
        "devices/disk"
    )

    assert found is not None
    assert (found.get("type"), found.find("source").attrib) == ("file", {"file": path})


def test_one_that_a_file_describes_already_is_compared_with_that(pretended: Libvirt, theirs) -> None:
    described = Machine(name="inn", provider="libvirt", image="box:a/b", user="vagrant")
    machine, _ = take(pretended.scope, "old inn", "inn", None, described)

    assert machine == described
    assert pretended.observe()["inn"].applied == described
    record = from_metadata(theirs)
    assert record is not None
    assert (record.user, record.volumes) == ("vagrant", ())


def test_a_domain_is_found_by_its_uuid(pretended: Libvirt, theirs) -> None:
    assert pretended.domain_of(theirs.UUIDString()) == "old inn"
    assert pretended.domain_of("00000000-0000-4000-8000-000000000000") == ""
    assert pretended.domain_of("no uuid") == ""
