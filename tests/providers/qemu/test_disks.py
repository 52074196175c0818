"""Disk files: named, made missing, grown, never shrunk."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Image
from serai.providers.qemu.disks import fit_sizes, make_missing, specs, virtual_size
from serai.spec.disk import Disk, DiskFormat
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
