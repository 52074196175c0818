"""Boxes removed, pruned, renewed and packed again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from box_files import Server, catalogue, entry, members, qcow2, tar
from serai.images.boxes import keep, shelf, stock
from serai.images.prune import prune as prune_images
from serai.images.store import Store
from serai.util.errors import Code, SeraiError


def quiet(_phrase: str) -> None:
    return


@pytest.fixture
def three(server: Server, bring) -> None:
    """Versions 1, 2 and 3 of `a`, each with a disk of its own."""
    boxes = {number: tar(members(box_img=qcow2(mark=str(number).encode()))) for number in (1, 2, 3)}
    server.files |= {f"/{number}.box": data for number, data in boxes.items()}
    releases = {f"v{number}": [entry(f"/{number}.box", data)] for number, data in boxes.items()}
    server.files["/a"] = catalogue("a", **releases)
    for number in (1, 2, 3):
        bring(f"{server.url}/a", constraint=str(number))


def versions() -> list[str]:
    return [box.version for box in shelf.boxes("a")]


@pytest.mark.usefixtures("three")
def test_prune_leaves_the_newest():
    assert [box.version for box in keep.prune(dry_run=True)] == ["2", "1"]
    assert versions() == ["3", "2", "1"]
    keep.prune()
    assert versions() == ["3"]


@pytest.mark.usefixtures("three")
def test_prune_can_keep_what_a_machine_was_made_from(home: Path):
    digest = shelf.boxes("a")[1].record.digests[0]
    folder = home / "projects/shop-1/machines/web"
    folder.mkdir(parents=True)
    (folder / "machine.json").write_text(json.dumps({"image_digest": digest}))
    assert [box.version for box in keep.prune(keep_active=True)] == ["1"]
    keep.prune()
    assert versions() == ["3"]
    assert prune_images(Store(), everything=True).references == []
    assert len(Store().blob_files()) == 2  # of version 3, and what the machine stands on


@pytest.mark.usefixtures("three")
def test_remove_wants_to_know_which():
    with pytest.raises(SeraiError, match="in 3 versions: 1, 2, 3") as caught:
        keep.remove("a")
    assert "--all" in caught.value.hint
    assert [box.version for box in keep.remove("a", number="2.0")] == ["2"]
    with pytest.raises(SeraiError, match=r"only a \(libvirt, 3\), a \(libvirt, 1\)"):
        keep.remove("a", number="2")
    with pytest.raises(SeraiError, match="'new' is no version"):
        keep.remove("a", number="new")
    keep.remove("a", all_versions=True)
    assert versions() == [] and not (shelf.own_root() / "a").exists()
    assert prune_images(Store()).files and not Store().blob_files()


def test_what_is_not_here_says_what_was_meant(tmp_path: Path, bring):
    (tmp_path / "a.box").write_bytes(tar(members()))
    bring(tmp_path / "a.box", name="shop")
    with pytest.raises(SeraiError, match="did you mean 'shop'"):
        keep.remove("shopp")


def test_boxes_that_vagrant_keeps_are_not_removed(shelves: Path):
    folder = shelves / "boxes/a/1/libvirt"
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text('{"provider": "libvirt"}')
    with pytest.raises(SeraiError, match="is Vagrant's") as caught:
        keep.remove("a")
    assert caught.value.code is Code.REFUSED and caught.value.hint == "vagrant box remove a"
    assert keep.prune() == [] and folder.exists()


def test_update_fetches_the_newest(server: Server, bring):
    old, new = tar(members()), tar(members(box_img=qcow2(mark=b"n")))
    server.files |= {"/1.box": old, "/2.box": new, "/a": catalogue("a", v1=[entry("/1.box", old)])}
    box = bring(f"{server.url}/a")
    assert keep.update(box, progress=quiet) is None
    server.files["/a"] = catalogue("a", v1=[entry("/1.box", old)], v2=[entry("/2.box", new)])
    fresh = keep.update(box, progress=quiet)
    assert fresh is not None and fresh.version == "2" and versions() == ["2", "1"]
    assert [one.version for one in keep.newest(shelf.boxes())] == ["2"]
    server.status["/a"] = 500
    with pytest.raises(SeraiError, match="failed"):
        keep.update(fresh, progress=quiet)


def test_a_box_is_packed_again_and_comes_back_as_it_was(tmp_path: Path, bring):
    (tmp_path / "a.box").write_bytes(tar(members(Vagrantfile=b"# v", include_x=b"y")))
    box = bring(tmp_path / "a.box", name="a")
    keep.repackage(box, tmp_path / "package.box", quiet)
    again = bring(tmp_path / "package.box", name="b")
    assert again.vagrantfile.read_text() == "# v"
    first, second = (stock.images(one, Store()) or [] for one in (box, again))
    assert [image.digest for image in first] == [image.digest for image in second]


def test_a_box_of_vagrants_is_packed_as_it_lies(shelves: Path, tmp_path: Path, bring):
    folder = shelves / "boxes/a/1/virtualbox"
    (folder / "include").mkdir(parents=True)
    (folder / "metadata.json").write_text('{"provider": "docker"}')
    (folder / "include/x").write_text("y")
    keep.repackage(keep.chosen("a", number="1", provider="virtualbox")[0], tmp_path / "p.box", quiet)
    back = bring(tmp_path / "p.box", name="b")
    assert (back.directory / "include/x").read_text() == "y"
