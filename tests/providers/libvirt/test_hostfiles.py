"""Files on the daemon's host are copied and removed through storage pools."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.libvirt import hostfiles
from serai.providers.libvirt.connect import opened

pytestmark = [pytest.mark.engine, pytest.mark.root]


@pytest.fixture
def conn(libvirtd: str):
    conn = opened(libvirtd)
    before = {pool.name() for pool in conn.listAllStoragePools()}
    yield conn
    assert {pool.name() for pool in conn.listAllStoragePools()} <= before


def test_a_file_is_copied_over_an_old_one(conn, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (one / "vars.fd").write_bytes(b"new" * 4096)
    (other / "copy.fd").write_bytes(b"old")

    assert hostfiles.copy(conn, str(one / "vars.fd"), str(other / "copy.fd"))
    assert (other / "copy.fd").read_bytes() == b"new" * 4096


def test_what_is_not_there_is_not_copied(conn, tmp_path: Path) -> None:
    assert not hostfiles.copy(conn, str(tmp_path / "vars.fd"), str(tmp_path / "copy.fd"))
    assert not hostfiles.copy(conn, str(tmp_path / "nowhere" / "vars.fd"), str(tmp_path / "copy.fd"))


def test_a_file_is_removed_and_twice_is_once(conn, tmp_path: Path) -> None:
    (tmp_path / "memory").write_bytes(b"x" * 512)
    for _ in range(2):
        hostfiles.remove(conn, str(tmp_path / "memory"))

    assert list(tmp_path.iterdir()) == []
