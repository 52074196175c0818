"""Disks of boxes that Vagrant keeps: used without a copy or a change, and converted once where they must be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from box_files import made_disk, qcow2
from serai.images.boxes import stock
from serai.images.boxes.shelf import installed
from serai.images.store import Store
from serai.util.errors import SeraiError


def quiet(_phrase: str) -> None:
    return


@pytest.fixture
def theirs(shelves: Path) -> Path:
    folder = shelves / "boxes/a/1/libvirt"
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text('{"provider": "libvirt", "format": "qcow2", "virtual_size": 1}')
    (folder / "box.img").write_bytes(qcow2())
    return folder


def test_the_disk_is_linked_and_stays_as_it_is(theirs: Path):
    before = (theirs / "box.img").stat()
    box = installed("a")
    assert box and stock.images(box, Store()) is None
    (image,) = stock.ensure(box, Store(), quiet)
    assert image.disk and image.disk.stat().st_ino == before.st_ino
    after = (theirs / "box.img").stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_size) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_size,
    )
    (theirs / "box.img").unlink()  # vagrant box remove
    assert image.disk.read_bytes() == qcow2()


def test_a_box_that_was_put_in_anew_is_another_image(theirs: Path):
    box = installed("a")
    assert box
    (first,) = stock.ensure(box, Store(), quiet)
    (theirs / "box.img").unlink()
    (theirs / "box.img").write_bytes(qcow2(mark=b"again"))
    assert stock.images(box, Store()) is None
    (second,) = stock.ensure(box, Store(), quiet)
    assert first.digest != second.digest


def test_a_disk_that_must_be_converted_is_so_once(need, theirs: Path):
    need("qemu-img")
    (theirs / "box.img").unlink()
    made_disk(theirs / "box.img", "raw")
    box = installed("a")
    assert box
    (first,) = stock.ensure(box, Store(), quiet)
    stamp = first.disk.stat().st_mtime_ns if first.disk else 0
    (second,) = stock.ensure(box, Store(), quiet)
    assert second.disk and second.disk.stat().st_mtime_ns == stamp


def test_where_no_link_can_be_made_it_is_copied(theirs: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_words: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    box = installed("a")
    assert box
    (image,) = stock.ensure(box, Store(), quiet)
    assert image.disk and image.disk.read_bytes() == qcow2()
    assert image.disk.stat().st_ino != (theirs / "box.img").stat().st_ino


def test_a_box_of_metadata_alone_says_why_there_is_no_machine_of_it(theirs: Path):
    (theirs / "box.img").unlink()
    (theirs / "metadata.json").write_text('{"provider": "aws"}')
    box = installed("a", provider="libvirt")
    assert box
    with pytest.raises(SeraiError, match="only points to images in that cloud"):
        stock.ensure(box, Store(), quiet)
