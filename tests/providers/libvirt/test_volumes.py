"""The volumes of a machine."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Image, Materials, Scope
from serai.providers.libvirt import ledger, volumes
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.record import Record, Volume
from serai.providers.libvirt.site import SourceKind
from serai.spec.disk import Disk, DiskDevice, DiskFormat, Preallocation
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB

IMAGE = Image(reference="tiny", digest="sha256:" + "ab" * 32, disk=Path("/x.qcow2"), virtual_size=2 * GIB)


def record(*listed: Volume) -> Record:
    return Record(name="web", project="shop", project_id="t1", project_root="/", uri="test:///", volumes=listed)


def test_the_images_disk_comes_first_even_when_nobody_names_it() -> None:
    machine = Machine(disks={"data": Disk(), "root": Disk(size=GIB)})
    assert list(volumes.specs(machine, IMAGE)) == ["root", "data"]
    assert list(volumes.specs(Machine(disks={"data": Disk()}), IMAGE)) == ["root", "data"]
    assert list(volumes.specs(Machine(disks={"data": Disk()}), None)) == ["data"]


def test_own_files_and_cdroms_are_not_made() -> None:
    assert volumes.is_made(Disk())
    assert not volumes.is_made(Disk(path="/dev/sdb"))
    assert not volumes.is_made(Disk(device=DiskDevice.CDROM))


def test_the_volume_that_is_written_to_is_the_last_that_no_snapshot_froze() -> None:
    old = Volume(pool="default", name="a", disk="root", frozen=True)
    new = Volume(pool="default", name="b", disk="root")
    assert volumes.current(record(old, new), "root") == new
    assert volumes.current(record(old), "root") is None


def test_an_image_that_does_not_fit_is_refused() -> None:
    assert volumes.root_size(Machine(), Disk(), IMAGE) == 2 * GIB
    assert volumes.root_size(Machine(), Disk(size=3 * GIB), IMAGE) == 3 * GIB
    with pytest.raises(SeraiError, match=r"disks\.root\.size is 1GiB, but image tiny needs 2GiB") as caught:
        volumes.root_size(Machine(name="web"), Disk(size=GIB), IMAGE)
    assert caught.value.code is Code.INPUT


@pytest.mark.parametrize(
    ("preallocation", "form", "found"),
    [
        (None, "qcow2", (0, 0)),
        (None, "raw", (0, 0)),
        (Preallocation.METADATA, "qcow2", (1, 0)),
        (Preallocation.FALLOC, "qcow2", (1, 5)),
        (Preallocation.FULL, "raw", (0, 5)),
    ],
)
def test_preallocation_is_said_by_flag_and_allocation(
    preallocation: Preallocation | None, form: str, found: tuple[int, int | None]
) -> None:
    assert volumes._preallocation(Disk(preallocation=preallocation), form, 5, files=True) == found


def test_a_logical_volume_takes_its_space_at_once() -> None:
    assert volumes._preallocation(Disk(), "raw", 5, files=False) == (0, None)


def test_each_volume_is_in_the_record_before_it_is_made(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    machine = Machine(name="web", disks={"one": Disk(size=MIB), "two": Disk(size=MIB, format=DiskFormat.RAW)})
    state = record()
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    loaded = ledger.load(pretended.scope, "web")
    assert loaded is not None
    assert [each.name for each in loaded.volumes] == ["shop-t1_web_one.qcow2", "shop-t1_web_two.raw"]
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    found = volumes.sources(conn, pretended.scope, state, machine, None)
    assert [(each.name, each.kind, each.format) for each in found] == [
        ("one", SourceKind.FILE, "qcow2"),
        ("two", SourceKind.FILE, "raw"),
    ]
    for volume in (*state.volumes, *state.volumes):
        volumes.delete(conn, volume)
    assert conn.storagePoolLookupByName("default").listVolumes() == []


def test_a_volume_that_a_killed_run_was_making_is_made_anew(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    machine = Machine(name="web", disks={"one": Disk(size=MIB)})
    state = record()
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    (whole,) = state.volumes
    assert whole.made
    half = msgspec.structs.replace(whole, made=False)
    state.volumes = (half,)
    before = volumes.found(conn, half)
    before.delete(0)
    pool = conn.storagePoolLookupByName("default")
    pool.createXML(volumes.storage_xml.volume(half.name, capacity=5, form="qcow2"), 0)
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    assert state.volumes == (whole,)
    assert volumes.found(conn, whole).info()[1] == MIB
    volumes.delete(conn, whole)


def test_what_does_not_fit_is_not_begun(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    machine = Machine(name="web", disks={"one": Disk(size=900 * 1024 * GIB, preallocation=Preallocation.FULL)})
    state = record()
    with pytest.raises(SeraiError, match=r"^web: disks\.one\.preallocation: full takes 900TiB at once, and pool"):
        volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    assert state.volumes == ()


def test_a_volume_that_somebody_removed_is_named_and_not_made_anew(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    machine = Machine(name="web", disks={"one": Disk(size=MIB)})
    state = record()
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    volumes.delete(conn, state.volumes[0])
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)
    for look in (
        lambda: volumes.fit_sizes(conn, state, machine, None),
        lambda: volumes.sources(conn, pretended.scope, state, machine, None),
    ):
        with pytest.raises(
            SeraiError, match=r"^web: disks\.one: pool default has no volume .* any more"
        ) as caught:
            look()
        assert "serai destroy web" in (caught.value.hint or "")


def test_a_disk_grows_and_never_shrinks(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    state = record()
    machine = Machine(name="web", disks={"one": Disk(size=MIB)})
    volumes.make_missing(conn, pretended.scope, state, machine, Materials(), lambda _: None)

    class Grown:
        size = MIB

        def info(self) -> list[int]:
            return [0, self.size, 0]

        def resize(self, size: int, _flags: int) -> None:
            self.size = size

    volume = Grown()
    volumes.grow(volume, 4 * MIB)
    assert volume.size == 4 * MIB
    volumes.grow(volume, 2 * MIB)
    assert volume.size == 4 * MIB


def test_own_files_are_where_the_daemons_host_has_them(tmp_path: Path) -> None:
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)
    (tmp_path / "data.raw").touch()
    machine = Machine(name="web")
    found = volumes.own_source(
        scope, machine, "data", Disk(path="data.raw", format=DiskFormat.RAW), "qemu:///system"
    )
    assert (found.path, found.format, found.made) == (str(tmp_path / "data.raw"), "raw", False)
    far = volumes.own_source(scope, machine, "data", Disk(path="/dev/vg/data"), "qemu+ssh://host/system")
    assert (far.kind, far.path, far.format) == (SourceKind.BLOCK, "/dev/vg/data", "raw")
    with pytest.raises(SeraiError, match=r"disks\.data\.path: .*/gone is not there"):
        volumes.own_source(scope, machine, "data", Disk(path="gone"), "qemu:///system")


def test_an_empty_cdrom_has_no_file(pretended: Libvirt, uri: str) -> None:
    machine = Machine(name="web", disks={"cd": Disk(device=DiskDevice.CDROM)})
    (found,) = volumes.sources(opened(uri), pretended.scope, record(), machine, None)
    assert (found.path, found.made) == ("", False)
