"""Boxes that are here, serai's own and Vagrant's: found by name, version, provider, architecture."""

from __future__ import annotations

from pathlib import Path

import pytest

from box_files import members, tar
from serai.images.boxes.shelf import boxes, installed, own_root, vagrantfile_of
from serai.util.errors import SeraiError

LIBVIRT = '{"provider": "libvirt"}'


def theirs(root: Path, inner: str, metadata: str = LIBVIRT) -> Path:
    folder = root / "boxes" / inner
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text(metadata)
    return folder


def test_boxes_that_vagrant_keeps_are_found_in_both_of_its_layouts(shelves: Path):
    theirs(shelves, "a-VAGRANTSLASH-b/1.0/libvirt")
    theirs(shelves, "a-VAGRANTSLASH-b/2.0/arm64/virtualbox")
    theirs(shelves, "old/0/virtualbox")
    (shelves / "boxes/broken/not a version/libvirt").mkdir(parents=True)
    shown = [(box.name, box.version, box.provider, box.architecture) for box in boxes()]
    assert shown == [
        ("a/b", "2.0", "virtualbox", "arm64"),
        ("a/b", "1.0", "libvirt", None),
        ("old", "0", "virtualbox", None),
    ]
    assert not any(box.is_own for box in boxes())


def test_the_newest_that_fits_is_the_one(shelves: Path):
    for inner in ("b/1.0/libvirt", "b/1.10/libvirt", "b/1.9/virtualbox", "b/1.10/virtualbox", "b/3/amd64/docker"):
        theirs(shelves, inner)

    def found(*words: str, **more: str | None) -> tuple[str, str] | None:
        box = installed("b", *words, **more)  # type: ignore[arg-type]
        return (box.version, box.provider) if box else None

    assert found() == ("1.10", "libvirt")
    assert found("< 1.10") == ("1.9", "virtualbox")
    assert found("~> 1.9.0", "libvirt") == ("1.9", "virtualbox")
    assert found("> 2") is None
    assert found("> 2", "docker", architecture="amd64") == ("3", "docker")
    assert found("> 2", "docker", architecture="arm64") is None
    with pytest.raises(SeraiError, match="no constraint"):
        found("newest")


def test_a_box_with_a_vagrantfile_or_a_key_says_where(shelves: Path, tmp_path: Path, bring):
    folder = theirs(shelves, "b/1.0/libvirt")
    box = installed("b")
    assert box is not None and box.vagrantfile is None and box.key is None
    (folder / "Vagrantfile").write_text("# x")
    assert box.vagrantfile == folder / "Vagrantfile"
    (tmp_path / "a.box").write_bytes(tar({**members(Vagrantfile=b"# ours"), "vagrant_private_key": b"k"}))
    own = bring(tmp_path / "a.box", name="mine")
    assert own.vagrantfile.read_text() == "# ours"
    assert own.key.stat().st_mode & 0o077 == 0


def test_the_loader_of_vagrantfiles_asks_for_the_file_in_the_box(shelves: Path):
    (theirs(shelves, "b/1.0/virtualbox") / "Vagrantfile").write_text("# v")
    (theirs(shelves, "b/2.0/docker") / "Vagrantfile").write_text("# d")
    theirs(shelves, "c/2.0/libvirt")
    assert vagrantfile_of("b", None, "libvirt", "auto").parent.name == "virtualbox"
    assert vagrantfile_of("b", "> 1", "docker", None).parent.name == "docker"
    assert vagrantfile_of("b", "> 1", "virtualbox", None) is None
    assert vagrantfile_of("b", "newest", "libvirt", None) is None
    assert vagrantfile_of("c", None, "libvirt", "auto") is None


def test_a_damaged_record_names_its_directory(tmp_path: Path, bring):
    (tmp_path / "a.box").write_bytes(tar(members()))
    (bring(tmp_path / "a.box", name="mine").directory / "box.json").write_text("{")
    with pytest.raises(SeraiError, match="is damaged"):
        boxes()


def test_nothing_is_made_by_looking():
    assert boxes() == [] and installed("a/b") is None
    assert not own_root().exists()
