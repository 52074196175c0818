"""Boxes as files: what vagrant-libvirt reads, in both of its versions; whole or not there."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from serai.images.boxes import pack


def quiet(_phrase: str) -> None:
    return


def test_one_disk_is_version_one_and_its_size_is_rounded_up(tmp_path: Path):
    content = pack.libvirt([tmp_path / "d"], [(5 << 30) + 1], {"Vagrantfile": b"x"}, architecture="amd64")
    assert list(content) == ["metadata.json", "Vagrantfile", "box.img"]
    assert json.loads(bytes(content["metadata.json"])) == {  # type: ignore[arg-type]
        "provider": "libvirt",
        "architecture": "amd64",
        "format": "qcow2",
        "virtual_size": 6,
    }


@pytest.mark.parametrize(("disks", "version"), [(1, 2), (2, 1)])
def test_several_disks_or_a_wish_make_version_two(tmp_path: Path, disks: int, version: int):
    content = pack.libvirt([tmp_path] * disks, [1 << 30] * disks, {}, version=version)
    metadata = json.loads(bytes(content["metadata.json"]))  # type: ignore[arg-type]
    assert [disk["path"] for disk in metadata["disks"]] == list(content)[1:] and len(metadata["disks"]) == disks


def test_the_file_is_a_tar_and_a_failure_leaves_none(tmp_path: Path):
    (tmp_path / "d").write_bytes(b"disk")
    target = tmp_path / "a.box"
    pack.write(target, {"metadata.json": b"{}", "vagrant_private_key": b"k", "box.img": tmp_path / "d"}, quiet)
    with tarfile.open(target) as archive:
        assert [(one.name, one.size, one.mode) for one in archive] == [
            ("metadata.json", 2, 0o644),
            ("vagrant_private_key", 1, 0o600),
            ("box.img", 4, 0o644),
        ]
    with pytest.raises(FileNotFoundError):
        pack.write(tmp_path / "b.box", {"box.img": tmp_path / "gone"}, quiet)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.box", "d"]


def test_a_link_where_the_draft_would_be_is_replaced_and_not_followed(tmp_path: Path):
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / ".a.box.part").symlink_to(other)
    pack.write(tmp_path / "a.box", {"metadata.json": b"{}"}, quiet)
    assert other.read_text() == "mine"
    assert tarfile.is_tarfile(tmp_path / "a.box")
    assert not (tmp_path / ".a.box.part").is_symlink()
