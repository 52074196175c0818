"""From a name to an image: the store first, no network where none is needed, names that mean nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from serai.images import download, resolve
from serai.images.made import Made
from serai.images.resolve import ensure, find
from serai.images.store import Store
from serai.providers.contract import Image
from serai.spec.image import ImageSource
from serai.util.errors import Code, SeraiError

DISK = bytes(510) + b"\x55\xaa" + bytes(4096)


def say_nothing(_phrase: str) -> None:
    return


def put(store: Store, name: str) -> Image:
    with store.workspace() as work:
        (work / "disk").write_bytes(b"x")
        return store.put(name, "amd64", Made(disk=work / "disk"), origin="a test")


def get(reference: str, images: dict[str, ImageSource] | None = None, base: Path | None = None) -> Image:
    return ensure(reference, project_images=images or {}, arch="amd64", base=base, progress=say_nothing)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object, **_named: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(download, "fetch", refuse)
    monkeypatch.setattr(download, "text", refuse)


@pytest.mark.usefixtures("no_network")
def test_what_is_in_the_store_needs_no_network(store: Store):
    put(store, "fedora:43")
    put(store, "debian:12")
    assert get("fedora").reference == "fedora"
    assert get("debian:bookworm").digest == get("debian:12").digest


def test_the_official_debian_and_the_built_one_are_two_images(store: Store):
    put(store, "debian:12")
    assert find("debian:12", arch="amd64")
    assert find("debian:12-cloud", arch="amd64") is None
    put(store, "debian:12-cloud")
    assert find("debian:12-cloud", arch="amd64")


@pytest.mark.usefixtures("store")
def test_a_name_that_means_nothing_says_what_was_meant():
    with pytest.raises(SeraiError, match=r"did you mean 'debian:12'\?") as caught:
        get("debain:12")
    assert caught.value.code is Code.INPUT
    assert "tiny" in caught.value.details[0]


@pytest.mark.usefixtures("store")
def test_find_does_no_work():
    assert find("tiny", arch="amd64") is None
    assert find("./not-there.qcow2", arch="amd64") is None


def test_a_file_is_imported_once_and_again_when_it_changed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "disk.raw").write_bytes(DISK)
    first = get("./disk.raw", base=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(resolve, "import_file", None)
        assert get("./disk.raw", base=tmp_path) == first
        assert find("./disk.raw", arch="amd64", base=tmp_path) == first
    (tmp_path / "disk.raw").write_bytes(DISK + bytes(512))
    assert get("./disk.raw", base=tmp_path).digest != first.digest


def test_the_project_names_a_file_with_its_login(home: Path, tmp_path: Path):
    (tmp_path / "disk.raw").write_bytes(DISK)
    images = {"web": ImageSource(path="disk.raw", user="ann", cloud_init=False)}
    image = get("web", images, tmp_path)
    assert (image.reference, image.user, image.seed) == ("web", "ann", "none")
    assert find("web", project_images=images, arch="amd64", base=tmp_path) == image


def test_a_checksum_of_a_file_is_checked(home: Path, tmp_path: Path):
    (tmp_path / "disk.raw").write_bytes(DISK)
    with pytest.raises(SeraiError, match="digest is"):
        get("web", {"web": ImageSource(path="disk.raw", checksum="sha256:" + "0" * 64)}, tmp_path)


def test_a_file_that_is_not_there_is_named(home: Path, tmp_path: Path):
    with pytest.raises(SeraiError, match=r"missing\.qcow2: does not exist"):
        get("./missing.qcow2", base=tmp_path)


@pytest.mark.usefixtures("no_network", "store")
def test_plain_http_without_a_checksum_is_refused_before_the_network():
    with pytest.raises(SeraiError, match="without a checksum"):
        get("web", {"web": ImageSource(url="http://example.org/a.qcow2")})


def test_a_failed_import_leaves_nothing(store: Store, tmp_path: Path):
    (tmp_path / "x.img").write_bytes(b"hello")
    with pytest.raises(SeraiError):
        get("./x.img", base=tmp_path)
    assert store.refs() == [] and store.blob_files() == []
    assert list((store.root / "tmp").iterdir()) == []


def test_a_builder_for_another_architecture_says_so(home: Path):
    with pytest.raises(SeraiError, match="not for riscv64"):
        ensure("tiny", arch="riscv64", progress=say_nothing)


def test_names_of_imports_do_not_hide_serais_own():
    for name in ("tiny", "debian", "fedora:43"):
        with pytest.raises(SeraiError, match="take another"):
            resolve.check_name(name)
    with pytest.raises(SeraiError, match="letters, digits"):
        resolve.check_name("../evil")
    resolve.check_name("my-own:1")


@pytest.mark.usefixtures("no_network")
def test_a_name_is_checked_before_anything_is_made(store: Store, tmp_path: Path):
    put(store, "mine")
    for name in ("tiny", "debian:12", "debian", "fedora:43", "mine", "https://example.org/a.qcow2"):
        resolve.check(name, arch="amd64")
    with pytest.raises(SeraiError, match="image debain:12: no such image, did you mean 'debian:12'"):
        resolve.check("debain:12", arch="amd64")
    for path in ("./x.qcow2", "~nobody-of-that-name/x", "./" + "a" * 300, "./a\0b"):
        with pytest.raises(SeraiError, match=f"image {re.escape(path)}: there is no file"):
            resolve.check(path, arch="amd64", base=tmp_path)
    with pytest.raises(SeraiError, match="there is no file"):
        resolve.check("web", project_images={"web": ImageSource(path="x.img")}, arch="amd64", base=tmp_path)


@pytest.mark.parametrize("name", ["tiny", "tiny:generic"])
def test_what_is_built_here_cannot_be_pulled(tmp_path: Path, name: str) -> None:
    with pytest.raises(SeraiError, match="nobody offers it, it is built") as failed:
        resolve.pull(name, root=tmp_path, progress=print)
    assert (failed.value.code, failed.value.hint) == (Code.INPUT, f"serai image build {name}")


def test_a_name_that_nobody_knows_cannot_be_pulled(tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="no such image, did you mean 'tiny'"):
        resolve.pull("tny", root=tmp_path, progress=print)


def test_a_password_in_an_address_is_not_kept_with_the_image(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "disk").write_bytes(DISK)
    monkeypatch.setattr(download, "fetch", lambda *_words, **_named: tmp_path / "disk")
    get("mine", {"mine": ImageSource(url="https://ann:hidden@a.example/disk.img")})
    assert not [path for path in store.root.rglob("*") if path.is_file() and b"hidden" in path.read_bytes()]
