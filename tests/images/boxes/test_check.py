"""Newer versions: asked once an hour, conditionally, and nothing fails because nobody answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from box_files import Server, catalogue, entry, members, qcow2, tar
from serai.images.boxes import check
from serai.images.boxes.shelf import installed, own_root

OLD = tar(members())
NEW = tar(members(box_img=qcow2(mark=b"new")))


@pytest.fixture
def base(server: Server, bring):
    """`shop/base` 1.0 is here; 2.0 comes out afterwards."""
    server.files |= {"/1.box": OLD, "/2.box": NEW}
    server.files["/shop/base"] = catalogue("shop/base", v1_0=[entry("/1.box", OLD)])
    box = bring(f"{server.url}/shop/base")
    server.files["/shop/base"] = catalogue("shop/base", v1_0=[entry("/1.box", OLD)], v2_0=[entry("/2.box", NEW)])
    server.asked.clear()
    return box


def age(name: str, seconds: float) -> None:
    """As if somebody had looked so long ago."""
    file = own_root() / name / "catalog.json"
    known = json.loads(file.read_text())
    file.write_text(json.dumps(known | {"checked": known["checked"] - seconds}))


NAME = "shop-VAGRANTSLASH-base"


def test_a_newer_version_is_seen_and_asked_for_once_an_hour(server: Server, base):
    assert check.look(base).newest == "2.0"
    assert check.look(base).newest == "2.0"
    assert len(server.asked) == 1
    age(NAME, 3700)
    assert check.look(base).newest == "2.0"
    assert "if-none-match" in server.asked[1][1]
    assert check.look(base, force=True).newest == "2.0" and len(server.asked) == 3


def test_a_constraint_hides_what_it_excludes(base):
    assert check.look(base, constraint="< 2").newest is None


@pytest.mark.parametrize("status", [404, 500])
def test_a_server_that_refuses_is_a_problem_and_no_failure(server: Server, base, status: int):
    server.status["/shop/base"] = status
    assert check.look(base).problem


def test_a_server_that_is_gone_is_a_problem_and_no_failure(server: Server, base):
    server.shutdown()
    server.server_close()
    assert "refused" in check.look(base, timeout=1).problem
    age(NAME, 3700)
    assert check.sentence(base) == ""


def test_nonsense_is_a_problem_and_no_failure(server: Server, base):
    server.files["/shop/base"] = b"{"
    assert "wrong" in check.look(base).problem


def test_up_is_told_at_most_once_an_hour(server: Server, base, monkeypatch: pytest.MonkeyPatch):
    assert check.sentence(base) == "" and not server.asked  # it came just now
    age(NAME, 3700)
    assert check.sentence(base) == "box shop/base 1.0: 2.0 is out (serai box update)"
    assert check.sentence(base) == "" and len(server.asked) == 1
    age(NAME, 3700)
    monkeypatch.setenv("VAGRANT_BOX_UPDATE_CHECK_DISABLE", "1")
    assert check.sentence(base) == "" and len(server.asked) == 1


def test_a_box_that_vagrant_keeps_knows_its_catalogue_too(server: Server, shelves: Path):
    folder = shelves / "boxes/shop-VAGRANTSLASH-base/1.0/libvirt"
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text('{"provider": "libvirt"}')
    box = installed("shop/base")
    assert box and "did not come from a catalogue" in check.look(box).problem
    (folder.parents[1] / "metadata_url").write_text(f"{server.url}/shop/base")
    server.files["/shop/base"] = catalogue("shop/base", v2_0=[entry("/2.box", NEW)])
    assert check.look(box).newest == "2.0"
    assert sorted(path.name for path in folder.parents[1].iterdir()) == ["1.0", "metadata_url"]


def test_a_catalogue_of_this_host_is_read(tmp_path: Path, bring):
    (tmp_path / "1.box").write_bytes(OLD)
    (tmp_path / "c.json").write_bytes(catalogue("a", v1=[entry("./1.box", OLD)]))
    box = bring(tmp_path / "c.json")
    assert check.look(box, force=True) == check.News(box)
    (tmp_path / "c.json").unlink()
    assert "cannot be read" in check.look(box, force=True).problem
