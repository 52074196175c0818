"""From `image: box:…` to the image: what is here is used, what is not is fetched, and a way out is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from box_files import Server, catalogue, entry, members, qcow2, tar
from serai.images import resolve
from serai.images.boxes import instead, shelf
from serai.images.made import Made
from serai.images.store import Store
from serai.spec.image import ImageSource
from serai.spec.machine import Machine, Project
from serai.util.errors import Code, SeraiError

BOX = tar({**members(), "vagrant_private_key": b"a key"})


def ensure(source: ImageSource, base: Path | None = None, said: list[str] | None = None):
    return resolve.ensure(
        "web",
        project_images={"web": source},
        arch="amd64",
        base=base,
        progress=said.append if said is not None else lambda _phrase: None,
    )


def find(source: ImageSource, base: Path | None = None):
    return resolve.find("web", project_images={"web": source}, arch="amd64", base=base)


def test_a_box_is_fetched_once_and_then_used_without_anybody(server: Server):
    server.files |= {"/1.box": BOX, "/shop/base": catalogue("shop/base", v1=[entry("/1.box", BOX)])}
    source = ImageSource(box="shop/base", server=server.url)
    assert find(source) is None
    image = ensure(source)
    assert (image.reference, image.user, image.seed, image.login) == ("web", "vagrant", "none", "vagrant")
    assert image.login_key and image.login_key.read_bytes() == b"a key"
    server.shutdown()
    server.server_close()
    assert ensure(source) == image == find(source)


def test_the_box_in_the_project_is_a_file_that_may_change(tmp_path: Path):
    (tmp_path / "mine.box").write_bytes(BOX)
    source = ImageSource(box="./mine.box")
    first = ensure(source, tmp_path)
    (tmp_path / "mine.box").write_bytes(tar(members(box_img=qcow2(mark=b"newer"))))
    assert find(source, tmp_path) is None
    assert ensure(source, tmp_path).digest != first.digest


def test_box_urls_are_tried_in_turn(server: Server, tmp_path: Path):
    server.files["/1.box"] = BOX
    said: list[str] = []
    source = ImageSource(box="mine", urls=[f"{server.url}/gone", f"{server.url}/1.box"])
    assert ensure(source, said=said).digest
    assert any("is not there" in phrase for phrase in said)
    assert shelf.installed("mine")


def test_a_short_reference_names_a_box_by_itself(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAGRANT_SERVER_URL", server.url)
    server.files |= {"/1.box": BOX, "/shop/base": catalogue("shop/base", v1=[entry("/1.box", BOX)])}
    image = resolve.ensure("box:shop/base", arch="amd64", progress=lambda _phrase: None)
    assert image.reference == "box:shop/base" and image.user == "vagrant"


def test_a_newer_version_is_mentioned_and_not_fetched(server: Server, monkeypatch: pytest.MonkeyPatch):
    from serai.images.boxes import check

    server.files |= {"/1.box": BOX, "/shop/base": catalogue("shop/base", v1=[entry("/1.box", BOX)])}
    source = ImageSource(box="shop/base", server=server.url)
    ensure(source)
    server.files["/shop/base"] = catalogue("shop/base", v1=[entry("/1.box", BOX)], v2=[entry("/2.box", BOX)])
    monkeypatch.setattr(check, "INTERVAL", 0.0)
    said: list[str] = []
    ensure(source, said=said)
    assert said == ["box shop/base 1: 2 is out (serai box update)"]
    said.clear()
    ensure(ImageSource(box="shop/base", server=server.url, check_update=False), said=said)
    assert said == []


def test_the_official_image_is_offered_where_the_box_cannot_be_had():
    with pytest.raises(SeraiError, match="connection was refused") as caught:
        ensure(ImageSource(box="ubuntu/jammy64", server="http://127.0.0.1:9"))
    assert caught.value.code is Code.NETWORK
    assert "serai box add ubuntu/jammy64 --image ubuntu:22.04" in caught.value.hint


def test_and_taken_when_a_person_says_so():
    store = Store()
    with store.workspace() as work:
        (work / "disk").write_bytes(b"x")
        made = Made(disk=work / "disk", user="ubuntu")
        store.put("ubuntu:22.04", "amd64", made, origin="a test")
    instead.take("ubuntu/jammy64", "ubuntu:22.04")
    image = ensure(ImageSource(box="ubuntu/jammy64"))
    assert (image.user, image.seed) == ("vagrant", "cloud-init")
    assert find(ImageSource(box="ubuntu/jammy64")) == image


def test_a_long_address_is_a_short_name(server: Server):
    path = "/a" * 40 + "/long.box"
    server.files[path] = BOX
    image = ensure(ImageSource(box=f"{server.url}{path}"))
    assert image.digest and shelf.boxes()[0].name.startswith("long.box-")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (ImageSource(box="mine"), "none of that name is here"),
        (ImageSource(box="./gone.box"), "no file"),
        (ImageSource(box="a/b", version="newest"), "no constraint"),
        (ImageSource(box="a/b", checksum="a" * 40, checksum_type="md5"), "no md5 digest"),  # type: ignore[arg-type]
    ],
)
def test_a_mistake_of_the_file_is_seen_without_the_network(source: ImageSource, why: str):
    with pytest.raises(SeraiError, match=why) as caught:
        resolve.check("web", project_images={"web": source}, arch="amd64")
    assert caught.value.code is Code.INPUT
    resolve.check("web", project_images={"web": ImageSource(box="a/b")}, arch="amd64")


def test_the_boxes_of_a_project_are_those_of_its_machines():
    from serai.images.boxes.use import of_project

    source = ImageSource(box="a/b")
    machines = {"one": Machine(image="x"), "two": Machine(image="box:c/d"), "three": Machine(image="tiny")}
    found = of_project(Project(project="shop", images={"x": source}, machines=machines))
    assert [wanted.box for wanted, _ in found] == ["a/b", "c/d"]
