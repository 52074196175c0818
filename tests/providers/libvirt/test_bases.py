"""What machines share in a pool is uploaded once, whole, and leaves with the last of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serai.providers.contract import Image, quiet
from serai.providers.libvirt import bases, connect, storage_xml
from serai.util.units import MIB


def test_parts_are_named_by_16_digits_of_the_digest() -> None:
    assert bases.names("sha256:" + "0123456789abcdef" * 4) == {
        "disk": "serai-0123456789abcdef.qcow2",
        "kernel": "serai-0123456789abcdef.kernel",
        "initrd": "serai-0123456789abcdef.initrd",
    }


def test_files_of_a_domain_are_its_disks_and_what_it_boots() -> None:
    class Domain:
        def XMLDesc(self, _flags: int) -> str:
            return """<domain><os><kernel>/k</kernel></os><devices>
            <disk><source file='/a'/></disk><disk><source dev='/dev/b'/></disk><disk/></devices></domain>"""

    assert bases.files_of(Domain()) == {"/k", "/a", "/dev/b"}


@pytest.fixture
def pool(libvirtd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    conn = connect.opened(libvirtd)
    place = tmp_path / "pool"
    place.mkdir()
    name = f"serai-test-bases-{os.getpid()}"
    pool = conn.storagePoolCreateXML(
        f"<pool type='dir'><name>{name}</name><target><path>{place}</path></target></pool>"
    )
    yield pool
    pool.destroy()
    connect.close_all()


@pytest.fixture
def image(tmp_path: Path) -> Image:
    file = tmp_path / "image.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", file, "4M"], check=True)
    return Image(reference="small", digest=f"sha256:{os.urandom(32).hex()}", disk=file, virtual_size=4 * MIB)


@pytest.mark.engine
@pytest.mark.root
def test_an_image_is_uploaded_once_and_removed_when_nobody_stands_on_it(pool: Any, image: Image) -> None:
    with bases.using(image.digest):
        base = bases.ensure(pool, image, bases.DISK, quiet)
        written = Path(base.path).stat()
        assert bases.ensure(pool, image, bases.DISK, quiet) == base
        assert Path(base.path).stat() == written
    xml = storage_xml.volume("overlay.qcow2", capacity=8 * MIB, backing=(base.path, base.format))
    overlay = pool.createXML(xml)
    bases.release(pool.connect(), pool, image)
    assert bases.lookup(pool, base.name) is not None
    overlay.delete()
    bases.release(pool.connect(), pool, image)
    assert bases.lookup(pool, base.name) is None
    bases.release(pool.connect(), pool, image)


@pytest.mark.engine
@pytest.mark.root
def test_an_upload_that_was_cut_short_is_done_again(pool: Any, image: Image) -> None:
    name = bases.names(image.digest)["disk"]
    pool.createXML(storage_xml.volume(name, capacity=0, form="raw"), 0)
    base = bases.ensure(pool, image, bases.DISK, quiet)
    assert image.disk is not None
    assert Path(base.path).read_bytes() == image.disk.read_bytes()
    assert "type='qcow2'" in pool.storageVolLookupByName(name).XMLDesc(0)
