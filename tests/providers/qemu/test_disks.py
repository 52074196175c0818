"""Disk files: named, made missing, grown, never shrunk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from serai.providers.contract import Image
from serai.providers.qemu.disks import (
    copy_state,
    disk_files,
    fit_sizes,
    make_missing,
    specs,
    virtual_size,
)
from serai.providers.qemu.storage import Storage
from serai.spec.disk import Disk, DiskDevice, DiskFormat, Preallocation
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.units import MIB


def test_the_image_s_disk_comes_first_named_or_not() -> None:
    image = Image(reference="x", digest="d", disk=Path("/x"))
    assert list(specs(Machine(disks={"data": Disk()}), image)) == ["root", "data"]
    assert list(specs(Machine(disks={"data": Disk()}), None)) == ["data"]


@pytest.mark.engine
def test_disks_are_made_once_and_only_grow(tmp_path: Path) -> None:
    disks = {"a": Disk(size=8 * MIB), "b": Disk(size=8 * MIB, format=DiskFormat.RAW)}
    make_missing(tmp_path, Machine(disks=disks), None)
    fit_sizes(tmp_path, Machine(disks={"a": Disk(size=16 * MIB), "b": Disk(size=4 * MIB, format="raw")}), None)  # type: ignore[arg-type]
    assert virtual_size(tmp_path / "disks/a.qcow2") == 16 * MIB
    assert virtual_size(tmp_path / "disks/b.raw") == 8 * MIB


@pytest.mark.engine
def test_a_root_smaller_than_its_image_is_refused(tmp_path: Path) -> None:
    image = Image(reference="x", digest="d", disk=Path("/x"), virtual_size=8 * MIB)
    with pytest.raises(SeraiError, match="needs 8MiB"):
        make_missing(tmp_path, Machine(name="web", disks={"root": Disk(size=MIB)}), image)


class Able:
    """As much of a QEMU as the choice of aio looks at."""

    aio = frozenset({"threads", "native"})


def test_a_drive_holds_a_disc_of_the_users_or_none(tmp_path: Path) -> None:
    (tmp_path / "a.iso").touch()
    drive = Disk(device=DiskDevice.CDROM)
    spec = Machine(name="web", disks={"empty": drive, "full": Disk(device=DiskDevice.CDROM, path="a.iso")})
    make_missing(tmp_path, spec, None)
    assert not list((tmp_path / "disks").iterdir())
    empty, full = disk_files(spec, None, tmp_path, Storage(True, False), Able())  # type: ignore[arg-type]
    assert (empty.path, empty.format) == ("", "raw")
    assert (full.path, full.format) == (str(tmp_path / "a.iso"), "raw")


def allocated(file: Path) -> int:
    return file.stat().st_blocks * 512


@pytest.mark.engine
def test_a_disk_is_allocated_as_stated(tmp_path: Path) -> None:
    disks = {
        "off": Disk(size=8 * MIB, preallocation=Preallocation.OFF),
        "full": Disk(size=8 * MIB, preallocation=Preallocation.FULL),
        "raw": Disk(size=8 * MIB, preallocation=Preallocation.FALLOC, format=DiskFormat.RAW),
    }
    make_missing(tmp_path, Machine(disks=disks), None)
    assert allocated(tmp_path / "disks/off.qcow2") < MIB
    assert allocated(tmp_path / "disks/full.qcow2") >= 8 * MIB
    assert allocated(tmp_path / "disks/raw.raw") >= 8 * MIB


@pytest.mark.engine
def test_a_root_that_is_allocated_is_a_copy_and_no_overlay(tmp_path: Path) -> None:
    base = tmp_path / "base.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", base, "8M"], check=True)
    image = Image(reference="x", digest="d", disk=base, virtual_size=8 * MIB)
    root = Disk(preallocation=Preallocation.FALLOC, size=12 * MIB)
    spec = Machine(name="web", disks={"root": root})
    make_missing(tmp_path, spec, image)
    fit_sizes(tmp_path, spec, image)
    made = tmp_path / "disks/root.qcow2"
    assert virtual_size(made) == 12 * MIB
    assert allocated(made) >= 12 * MIB
    assert b"base.qcow2" not in made.read_bytes()[:4096]


def test_firmware_and_tpm_are_remembered_together(tmp_path: Path) -> None:
    (tmp_path / "a/tpm").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "a/efivars.fd").write_text("variables")
    (tmp_path / "a/tpm/tpm2-00.permall").write_text("keys")
    (tmp_path / "a/tpm/.lock").touch()
    copy_state(tmp_path / "a", tmp_path / "b")
    assert sorted(str(file.relative_to(tmp_path / "b")) for file in (tmp_path / "b").rglob("*")) == [
        "efivars.fd",
        "tpm",
        "tpm/tpm2-00.permall",
    ]
