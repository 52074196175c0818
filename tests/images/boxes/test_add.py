"""Bringing boxes in, over a real HTTP server: sources, checksums, resume, and each failure with its cause."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from box_files import METADATA, Server, catalogue, entry, made_disk, members, qcow2, tar, zipped
from serai.images.boxes import stock
from serai.images.boxes.add import add
from serai.images.boxes.shelf import installed, own_root
from serai.images.boxes.source import Wanted
from serai.images.headers import qcow2 as checked
from serai.images.store import Store
from serai.util.errors import Code, SeraiError

BOX = tar(members(Vagrantfile=b"# of the box\n", info_json=b'{"Author": "ann"}'))


def image_of(box):
    (image,) = stock.images(box, Store()) or [None]
    return image


@pytest.fixture
def registry(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """`shop/base` in two versions, by the registry's API; it is the server that is meant without saying so."""
    newer = tar(members(box_img=qcow2(mark=b"newer")))
    server.files |= {"/1.box": BOX, "/2.box": newer}
    server.files["/api/v2/vagrant/shop/base"] = catalogue(
        "shop/base",
        v1_0=[entry(f"{server.url}/1.box", BOX)],
        v1_1=[entry(f"{server.url}/2.box", newer), entry(f"{server.url}/v.box", provider="virtualbox")],
    )
    monkeypatch.setenv("VAGRANT_SERVER_URL", server.url)
    return server


def test_a_file_becomes_a_box_and_an_image(tmp_path: Path, bring):
    (tmp_path / "a.box").write_bytes(BOX)
    box = bring(tmp_path / "a.box", name="mine")
    assert (box.name, box.version, box.provider, box.vagrantfile.read_text()) == (
        "mine",
        "0",
        "libvirt",
        "# of the box\n",
    )
    assert sorted(path.name for path in box.directory.iterdir()) == [
        "Vagrantfile",
        "box.json",
        "info.json",
        "metadata.json",
    ]
    image = image_of(box)
    assert (image.user, image.seed, image.login, image.virtual_size) == ("vagrant", "none", "vagrant", 1 << 20)
    assert image.disk.read_bytes() == qcow2()
    assert installed("mine") == box


def test_a_directory_is_an_unpacked_box(tmp_path: Path, bring):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name, data in members().items():
        (folder / name).write_bytes(data)
    assert image_of(bring(folder, name="mine")).disk.read_bytes() == qcow2()
    assert (folder / "box.img").exists()
    (folder / "trap").symlink_to("/etc/passwd")
    with pytest.raises(SeraiError, match="not a plain file"):
        bring(folder, name="other")


def test_one_disk_in_two_boxes_is_kept_once(tmp_path: Path, bring):
    (tmp_path / "a.box").write_bytes(BOX)
    (tmp_path / "b.box").write_bytes(zipped(members()))
    first, second = bring(tmp_path / "a.box", name="a"), bring(tmp_path / "b.box", name="b")
    assert image_of(first).disk == image_of(second).disk
    assert len(Store().blob_files()) == 1


def test_a_name_of_the_registry_is_looked_up_and_the_newest_comes(registry: Server, bring):
    box = bring("shop/base", providers=("libvirt",))
    assert (box.name, box.version) == ("shop/base", "1.1")
    assert registry.paths() == ["/api/v2/vagrant/shop/base", "/2.box"]
    assert registry.asked[0][1]["accept"] == "application/json"
    older = bring("shop/base", providers=("libvirt",), constraint="~> 1.0.0")
    assert older.version == "1.0" and installed("shop/base", "1.0") == older


def test_a_static_server_is_a_registry_too(server: Server, bring):
    server.files |= {"/1.box": BOX, "/shop/base": catalogue("shop/base", v7=[entry("/1.box", BOX)])}
    assert bring("shop/base", server=server.url + "/").version == "7"
    assert server.paths() == ["/api/v2/vagrant/shop/base", "/shop/base", "/1.box"]


def test_the_token_goes_to_its_server_and_to_nobody_else(registry: Server, bring, monkeypatch: pytest.MonkeyPatch):
    from box_files import serving

    monkeypatch.setenv("VAGRANT_CLOUD_TOKEN", "secret")
    with serving() as other:
        other.files["/2.box"] = registry.files["/2.box"]
        registry.moved["/2.box"] = f"{other.url}/2.box"
        bring("shop/base", providers=("libvirt",))
        assert [headers.get("authorization") for _, headers in registry.asked] == ["Bearer secret"] * 2
        assert [headers.get("authorization") for _, headers in other.asked] == [None]
        direct = catalogue("o/o", v1=[entry(f"{other.url}/2.box")])
        registry.files["/api/v2/vagrant/o/o"] = direct
        bring("o/o")
        assert other.asked[-1][1].get("authorization") is None


def test_a_catalogue_by_url_or_file_is_told_from_a_box(server: Server, tmp_path: Path, bring):
    server.files |= {"/1.box": BOX, "/c.json": b"\n " + catalogue("shop/c", v2=[entry("1.box", BOX)])}
    assert bring(f"{server.url}/c.json").name == "shop/c"
    (tmp_path / "1.box").write_bytes(BOX)
    (tmp_path / "c.json").write_bytes(catalogue("shop/d", v3=[entry("./1.box", BOX)]))
    assert bring(tmp_path / "c.json").version == "3"
    assert bring((tmp_path / "c.json").as_uri(), name="renamed").name == "renamed"
    assert bring(f"{server.url}/1.box", name="direct").version == "0"


def test_a_download_that_broke_goes_on_where_it_was(registry: Server, bring):
    big = tar(members(box_img=qcow2(mark=hashlib.sha256(b"x").digest() * 99)), packed=False)
    registry.files["/2.box"] = big
    registry.files["/api/v2/vagrant/shop/base"] = catalogue("shop/base", v1=[entry(f"{registry.url}/2.box", big)])
    registry.cut = [50_000]
    assert bring("shop/base").version == "1"
    assert [headers.get("range") for path, headers in registry.asked if path == "/2.box"] == [None, "bytes=50000-"]


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_checksums_of_every_type_are_held_to(tmp_path: Path, bring, kind: str):
    (tmp_path / "a.box").write_bytes(BOX)
    good = hashlib.new(kind, BOX).hexdigest()
    assert bring(tmp_path / "a.box", name="a", checksum=good, checksum_type=kind)
    with pytest.raises(SeraiError, match=f"the {kind} digest is") as caught:
        bring(tmp_path / "a.box", name="b", checksum=good[::-1], checksum_type=kind)
    assert caught.value.code is Code.CORRUPT and installed("b") is None


def test_an_altered_box_is_refused_and_not_kept(registry: Server, bring, home: Path):
    registry.files["/2.box"] += b"x"
    with pytest.raises(SeraiError, match="was promised"):
        bring("shop/base", providers=("libvirt",))
    assert installed("shop/base") is None
    assert not [path for path in (home / "images/downloads").iterdir() if path.suffix != ".lock"]


def test_a_web_page_instead_of_a_box_is_told(server: Server, bring):
    server.files["/1.box"] = b"<!DOCTYPE html><html>log in</html>"
    with pytest.raises(SeraiError, match="web page"):
        bring(f"{server.url}/1.box", name="a")


def test_http_without_a_checksum_is_said(server: Server, bring):
    server.files["/1.box"] = BOX
    said: list[str] = []
    bring(f"{server.url}/1.box", name="a", said=said)
    assert any("without a checksum" in phrase for phrase in said)


def test_what_is_there_is_not_fetched_again_unless_forced(registry: Server, bring):
    bring("shop/base", providers=("libvirt",))
    with pytest.raises(SeraiError, match=r"shop/base \(libvirt, 1.1\) is there already") as caught:
        bring("shop/base", providers=("libvirt",))
    assert caught.value.code is Code.REFUSED and "--force" in caught.value.hint
    registry.asked.clear()
    bring("shop/base", providers=("libvirt",), force=True)
    assert "/2.box" in registry.paths()


@pytest.mark.parametrize(
    ("address", "more", "code", "why"),
    [
        ("nothing", {}, Code.INPUT, "no such file, and neither"),
        ("./gone.box", {"name": "a"}, Code.INPUT, "no such file"),
        ("shop/gone", {}, Code.MISSING, "has no such box"),
        ("shop/base", {"providers": ("hyperv",)}, Code.MISSING, "no box for hyperv"),
        ("shop/base", {"constraint": "> 5"}, Code.MISSING, "no version meets > 5: it has 1.1, 1.0"),
        ("shop/base", {"checksum": "abc"}, Code.INPUT, "no type of checksum"),
    ],
)
@pytest.mark.usefixtures("registry")
def test_what_cannot_be_had_is_told_in_one_sentence(
    bring, address: str, more: dict[str, object], code: Code, why: str
):
    with pytest.raises(SeraiError, match=why) as caught:
        bring(address, **more)
    assert caught.value.code is code and caught.value.hint


@pytest.mark.parametrize(
    ("status", "why"), [(401, "no such box"), (404, "no such box"), (503, "failed"), (429, "often")]
)
def test_a_registry_that_refuses_is_told(registry: Server, bring, status: int, why: str):
    registry.status["/api/v2/vagrant/shop/base"] = registry.status["/shop/base"] = status
    registry.files["/shop/base"] = b""
    with pytest.raises(SeraiError, match=why):
        bring("shop/base")


def test_a_server_that_is_not_there_is_told(bring):
    with pytest.raises(SeraiError, match="connection was refused") as caught:
        bring("shop/base", server="http://127.0.0.1:9")
    assert caught.value.code is Code.NETWORK


def test_a_servers_catalogue_cannot_reach_for_files_of_this_host(server: Server, bring):
    server.files["/c.json"] = catalogue("a/b", v1=[entry("file:///etc/passwd")])
    with pytest.raises(SeraiError, match="no URL of a server"):
        bring(f"{server.url}/c.json")


def test_a_box_for_another_provider_than_promised_is_refused(server: Server, tmp_path: Path, bring):
    server.files |= {"/1.box": BOX, "/c.json": catalogue("a/b", v1=[entry("1.box", BOX, provider="virtualbox")])}
    with pytest.raises(SeraiError, match="promised one for virtualbox, this is for libvirt"):
        bring(f"{server.url}/c.json")
    (tmp_path / "a.box").write_bytes(BOX)
    with pytest.raises(SeraiError, match="it is for libvirt, virtualbox was wanted"):
        bring(tmp_path / "a.box", name="a", providers=("virtualbox",))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (members(box_img=qcow2(backing=64)), "backing file"),
        (members(box_img=b"hello" * 200), "neither qcow2 nor"),
        ({"metadata.json": json.dumps(METADATA).encode()}, ""),
        (members({"provider": "libvirt", "disks": [{"path": "../../x"}]}), "not in it"),
        (members(metadata_json=b"{"), "metadata.json is wrong"),
        (members(Vagrantfile=b"#" * (2 << 20)), "absurd size"),
        (members(huge_bin=bytes(17 << 20)), "other files"),
    ],
)
def test_a_box_with_a_trap_inside_is_refused_and_leaves_nothing(tmp_path: Path, bring, content, why: str):
    (tmp_path / "a.box").write_bytes(tar(content))
    if not why:
        assert bring(tmp_path / "a.box", name="dummy").record.images == ()
        return
    with pytest.raises(SeraiError, match=why) as caught:
        bring(tmp_path / "a.box", name="trap")
    assert caught.value.code is Code.CORRUPT
    assert installed("trap") is None and not (own_root() / "trap").exists()


OVF = """<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
<References><File ovf:href="d.vmdk" ovf:id="f"/></References>
<DiskSection><Disk ovf:diskId="d" ovf:fileRef="f"/></DiskSection></Envelope>"""


@pytest.mark.parametrize(
    ("provider", "name", "form", "options"),
    [
        ("virtualbox", "d.vmdk", "vmdk", ["-o", "subformat=streamOptimized"]),
        ("vmware_desktop", "d.vmdk", "vmdk", ["-o", "subformat=twoGbMaxExtentSparse"]),
        ("hyperv", "Virtual Hard Disks/d.vhdx", "vhdx", []),
        ("qemu", "box.img", "raw", []),
    ],
)
def test_disks_of_other_providers_are_converted(
    need, tmp_path: Path, bring, provider: str, name: str, form: str, options: list[str]
):
    need("qemu-img")
    folder = tmp_path / "unpacked"
    (folder / name).parent.mkdir(parents=True)
    made_disk(folder / name, form, *options)
    (folder / "metadata.json").write_text(json.dumps({"provider": provider}))
    (folder / "box.ovf").write_text(OVF)
    image = image_of(bring(folder, name="mine"))
    assert checked(image.disk) == image.virtual_size == 1 << 20
    assert (
        sorted(path.name for path in installed("mine").directory.rglob("*") if path.is_file())[-1]
        == "metadata.json"
    )


def test_a_piece_of_a_split_disk_that_reaches_out_is_refused(need, tmp_path: Path, bring):
    need("qemu-img")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    made_disk(folder / "d.vmdk", "vmdk", "-o", "subformat=twoGbMaxExtentSparse")
    text = (folder / "d.vmdk").read_text().replace('SPARSE "d-s001.vmdk"', 'FLAT "/etc/passwd" 0')
    (folder / "d.vmdk").write_text(text)
    (folder / "metadata.json").write_text('{"provider": "vmware_desktop"}')
    with pytest.raises(SeraiError, match="not a file beside it"):
        bring(folder, name="mine")


def test_a_full_shelf_goes_on_working_without_the_file(tmp_path: Path, bring):
    (tmp_path / "a.box").write_bytes(BOX)
    box = bring(tmp_path / "a.box", name="mine")
    shutil.rmtree(tmp_path / "home" / "images" / "refs")
    with pytest.raises(SeraiError, match="gone from the image store") as caught:
        stock.ensure(box, Store(), lambda _phrase: None)
    assert "--force" in caught.value.hint


def test_a_box_for_many_disks_keeps_them_all(tmp_path: Path, bring):
    two = {"provider": "libvirt", "disks": [{"path": "a.img"}, {"path": "b.img"}]}
    content = members(two, a_img=qcow2(), b_img=qcow2(2 << 20))
    content.pop("box.img")
    (tmp_path / "a.box").write_bytes(tar(content))
    box = bring(tmp_path / "a.box", name="two")
    assert [image.virtual_size for image in stock.images(box, Store()) or []] == [1 << 20, 2 << 20]


def test_add_takes_a_clean_start(registry: Server):
    wanted = Wanted(address="shop/base", providers=("libvirt",))
    assert add(wanted, clean=True, progress=lambda _phrase: None).version == "1.1"
