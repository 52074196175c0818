"""`serai box` as a person types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from box_files import Server, catalogue, entry, members, qcow2, serving, tar
from serai.cli.box import box
from serai.util.errors import Code, SeraiError

OLD, NEW = tar(members(info_json=b'{"Author": "ann"}')), tar(members(box_img=qcow2(mark=b"n")))


def call(*words: str) -> Result:
    return CliRunner().invoke(box, words, catch_exceptions=True)


def done(*words: str) -> str:
    result = call(*words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


@pytest.fixture(autouse=True)
def shelves(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    monkeypatch.chdir(tmp_path)
    for name in ("VAGRANT_CLOUD_TOKEN", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert home


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A registry with `shop/base` in two versions."""
    with serving() as one:
        one.files |= {"/1.box": OLD, "/2.box": NEW}
        one.files["/shop/base"] = catalogue(
            "shop/base", v1_0=[entry("/1.box", OLD)], v2_0=[entry("/2.box", NEW, architecture="amd64")]
        )
        monkeypatch.setenv("VAGRANT_SERVER_URL", one.url)
        yield one


@pytest.mark.usefixtures("server")
def test_a_box_is_added_listed_renewed_pruned_and_removed():
    assert done("add", "shop/base", "--box-version", "~> 1.0") == "shop/base (libvirt, 1.0) is here\n"
    assert done("list", "-i") == "shop/base  (libvirt, 1.0)\n  Author: ann\n"
    assert "2.0 is out (serai box update --box shop/base)" in done("outdated", "--global", "--force")
    assert done("update", "--box", "shop/base") == "shop/base (libvirt, 1.0): now 2.0\n"
    assert done("outdated", "--global") == "shop/base (libvirt, 2.0, amd64): up to date\n"
    rows = json.loads(done("list", "--json"))["boxes"]
    assert [(row["version"], row["architecture"], row["kept_by"]) for row in rows] == [
        ("2.0", "amd64", "serai"),
        ("1.0", None, "serai"),
    ]
    done("remove", "shop/base", "--box-version", "2.0")
    assert done("remove", "shop/base") == "removed shop/base (libvirt, 1.0)\n"
    assert "no boxes yet" in call("list").output


@pytest.mark.usefixtures("server")
def test_prune_says_what_it_does():
    done("add", "shop/base", "--box-version", "1.0")
    done("add", "shop/base", "--force")
    assert done("prune", "--dry-run") == "would remove shop/base (libvirt, 1.0)\n"
    assert [row["version"] for row in json.loads(done("prune", "--json"))["boxes"]] == ["1.0"]
    assert "nothing to remove" in call("prune").output
    assert done("list") == "shop/base  (libvirt, 2.0, amd64)\n"


def test_a_file_needs_a_name_and_a_checksum_is_held_to(tmp_path: Path):
    (tmp_path / "a.box").write_bytes(OLD)
    told = call("add", "./a.box").exception
    assert isinstance(told, SeraiError) and told.code is Code.USAGE and "--name" in told.hint
    told = call("add", "./a.box", "--name", "a", "--checksum", "0" * 32, "--checksum-type", "md5").exception
    assert isinstance(told, SeraiError) and told.code is Code.CORRUPT
    assert done("add", "./a.box", "--name", "a") == "a (libvirt, 0) is here\n"


def test_an_image_can_stand_in_for_a_box():
    assert "ubuntu:22.04 is taken" in done("add", "ubuntu/jammy64", "--image", "ubuntu:22.04")
    assert done("list") == "ubuntu/jammy64  (the image ubuntu:22.04 is taken)\n"
    done("remove", "ubuntu/jammy64")
    assert json.loads(done("list", "--json")) == {"boxes": [], "images_instead": {}}
    told = call("add", "ubuntu/jammy64", "--image", "ubunto:22.04").exception
    assert isinstance(told, SeraiError) and "no such image" in told.message


def test_a_box_of_metadata_alone_says_that_it_makes_no_machine(tmp_path: Path):
    (tmp_path / "d.box").write_bytes(tar({"metadata.json": b'{"provider": "aws"}'}))
    assert "no machine can be made from it" in call("add", "./d.box", "--name", "dummy").output


@pytest.mark.usefixtures("server")
def test_the_boxes_of_the_project_are_those_that_are_looked_at(tmp_path: Path):
    done("add", "shop/base", "--box-version", "1.0")
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {image: 'box:shop/base'}}\n")
    assert "2.0 is out" in done("outdated", "--force")
    assert json.loads(done("update", "--json"))["boxes"][0]["updated_to"] == "2.0"
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {image: tiny}}\n")
    assert "no boxes" in call("outdated").output


def test_repackage_writes_a_box_that_can_be_added(tmp_path: Path):
    (tmp_path / "a.box").write_bytes(OLD)
    done("add", "./a.box", "--name", "a")
    assert done("repackage", "a", "libvirt", "0") == "package.box\n"
    assert done("add", "./package.box", "--name", "b") == "b (libvirt, 0) is here\n"
    told = call("repackage", "a", "libvirt", "0").exception
    assert isinstance(told, SeraiError) and told.code is Code.REFUSED


def test_a_size_that_is_none_is_a_mistake_of_the_command():
    told = call("add", "a/b", "--max-size", "much").exception
    assert isinstance(told, SeraiError) and told.code is Code.USAGE
