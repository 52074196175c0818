"""The store: content-addressed, read only, nothing half-made, one clear error when the disk is full."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from serai.images.made import Made
from serai.images.store import Store, full_disk, named_by
from serai.util.errors import Code, SeraiError


def put(store: Store, name: str, content: bytes, **use: object):
    with store.workspace() as work:
        disk = work / "disk.qcow2"
        disk.write_bytes(content)
        return store.put(name, "amd64", Made(disk=disk, virtual_size=1, **use), origin="a test")  # type: ignore[arg-type]


def test_an_image_is_found_by_its_name_and_keeps_how_it_is_used(store: Store):
    made = put(store, "web", b"content", user="ann", seed="none", firmware=("uefi",))
    found = store.get("web", "amd64")
    assert found == made
    assert found is not None and found.disk is not None
    assert (found.user, found.seed, found.firmware) == ("ann", "none", ("uefi",))
    assert found.disk.read_bytes() == b"content"
    assert store.get("web", "arm64") is None


def test_a_blob_is_read_only_and_named_by_its_digest(store: Store):
    disk = put(store, "web", b"content").disk
    assert disk is not None
    assert stat.S_IMODE(disk.stat().st_mode) == 0o444
    assert disk.name == "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"  # sha256 of "content"


def test_equal_content_is_kept_once(store: Store):
    assert put(store, "a", b"same").disk == put(store, "b", b"same").disk
    assert len(store.blob_files()) == 1


def test_a_name_with_slashes_stays_inside_the_store(store: Store):
    put(store, "../../evil", b"x")
    assert [ref.reference for ref in store.refs()] == ["../../evil"]
    assert not (store.root.parent.parent / "evil@amd64.json").exists()


def test_what_a_killed_process_left_is_swept_but_not_the_work_of_a_living_one(store: Store):
    left = store.root / "tmp" / "left"
    left.mkdir(parents=True)
    (left / "big").write_bytes(b"x")
    with store.workspace() as mine:
        assert not left.exists()
        with store.workspace():
            assert mine.exists()
    assert list((store.root / "tmp").iterdir()) == []


def test_a_failure_leaves_nothing_behind(store: Store):
    with pytest.raises(ZeroDivisionError), store.workspace() as work:
        (work / "half").write_bytes(b"x")
        raise ZeroDivisionError
    assert list((store.root / "tmp").iterdir()) == []
    assert store.refs() == []


def test_a_full_disk_is_one_error_with_path_needed_and_free_bytes(tmp_path: Path):
    with pytest.raises(SeraiError) as caught, full_disk(tmp_path, need=1 << 60):
        raise AssertionError("not reached")
    assert str(tmp_path) in caught.value.message
    assert str(1 << 60) in caught.value.message
    assert "are free" in caught.value.message


def test_no_space_in_the_middle_is_the_same_error(tmp_path: Path):
    with pytest.raises(SeraiError, match="is full"), full_disk(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(SeraiError, match="is full"), full_disk(tmp_path):
        raise SeraiError(Code.FAILED, "qemu-img ended with 1", details=["write: No space left on device"])


def test_other_errors_pass(tmp_path: Path):
    with pytest.raises(PermissionError), full_disk(tmp_path):
        raise PermissionError(errno.EACCES, "no")


DAMAGED = [b"", b"\xff{", b"null", b"[]", b"{}", b'{"reference": "\xff"}']


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_name_is_one_error_with_its_file(store: Store, content: bytes):
    put(store, "web", b"content")
    file = store.root / "refs/web@amd64.json"
    file.write_bytes(content)
    for look in (store.refs, lambda: store.get("web", "amd64")):
        with pytest.raises(SeraiError, match="is damaged") as caught:
            look()
        assert caught.value.code is Code.CORRUPT
        assert str(file) in caught.value.message


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_manifest_is_one_error_with_its_file(store: Store, content: bytes):
    put(store, "web", b"content")
    (file,) = store.manifests()
    file.chmod(0o644)
    file.write_bytes(content)
    with pytest.raises(SeraiError, match="is damaged") as caught:
        store.get("web", "amd64")
    assert caught.value.code is Code.CORRUPT
    assert str(file) in caught.value.message


def test_a_file_of_a_name_says_which(store: Store):
    put(store, "../we@b", b"x")
    assert [named_by(file) for file in store.ref_files()] == [("../we@b", "amd64")]
