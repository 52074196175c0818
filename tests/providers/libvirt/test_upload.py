"""Files into volumes, with their holes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serai.providers.libvirt import connect, storage_xml
from serai.providers.libvirt.upload import download, in_data, upload
from serai.util.units import MIB


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A hole, data, a hole, data, and a hole to the end, which is on no block's border."""
    file = tmp_path / "sparse"
    with file.open("wb") as out:
        out.seek(1 * MIB)
        out.write(os.urandom(MIB))
        out.seek(8 * MIB)
        out.write(b"x" * 777)
        out.truncate(20 * MIB + 5)
    return file


def test_data_and_holes_are_told_apart_without_moving(sparse: Path) -> None:
    with sparse.open("rb", buffering=0) as file:
        handle, length = file.fileno(), sparse.stat().st_size
        assert in_data(handle, length) == (False, MIB)
        file.seek(MIB)
        assert in_data(handle, length)[0] is True
        assert file.tell() == MIB
        file.seek(10 * MIB)
        assert in_data(handle, length) == (False, 10 * MIB + 5)
        file.seek(length)
        assert in_data(handle, length) == (False, 0)


@pytest.fixture
def pool(libvirtd: str, tmp_path: Path) -> Iterator[Any]:
    conn = connect.opened(libvirtd)
    place = tmp_path / "pool"
    place.mkdir()
    xml = f"<pool type='dir'><name>serai-test-{os.getpid()}</name><target><path>{place}</path></target></pool>"
    pool = conn.storagePoolCreateXML(xml, 0)
    yield pool
    pool.destroy()
    connect.close_all()


@pytest.mark.engine
@pytest.mark.root
def test_a_file_comes_back_as_it_went_and_takes_no_more_room(pool: Any, sparse: Path, tmp_path: Path) -> None:
    said: list[str] = []
    volume = pool.createXML(storage_xml.volume("thing", capacity=0, form="raw"), 0)
    upload(volume, sparse, "a thing", said.append)
    pool.refresh(0)
    volume = pool.storageVolLookupByName("thing")
    download(volume, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == sparse.read_bytes()
    assert Path(volume.path()).stat().st_blocks * 512 < 4 * MIB
    assert said[0].startswith("uploading a thing: ")
