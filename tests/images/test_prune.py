"""Prune removes what nobody needs, and never what a machine stands on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from serai.images.made import Made
from serai.images.prune import prune
from serai.images.store import Store
from serai.util.errors import SeraiError


def put(store: Store, name: str, content: bytes):
    with store.workspace() as work:
        disk = work / "disk"
        disk.write_bytes(content)
        return store.put(name, "amd64", Made(disk=disk), origin="a test")


def machine(home: Path, text: str, kind: str = "machines") -> None:
    folder = home / f"projects/shop-1/{kind}/web"
    folder.mkdir(parents=True)
    (folder / "machine.json").write_text(text)


def test_named_images_stay_by_default(store: Store):
    put(store, "a", b"1")
    assert prune(store).files == 0
    assert store.get("a", "amd64")


def test_an_image_that_lost_its_name_to_a_newer_one_goes(store: Store):
    old, new = put(store, "a", b"1"), put(store, "a", b"2")
    assert prune(store).files == 2  # its manifest and its disk
    assert old.disk and not old.disk.exists()
    assert new.disk and new.disk.exists()


@pytest.mark.parametrize("kind", ["machines", "libvirt"])
def test_but_not_while_a_machine_stands_on_it(store: Store, home: Path, kind: str):
    old = put(store, "a", b"1")
    put(store, "a", b"2")
    machine(home, json.dumps({"image_digest": old.digest}), kind)
    prune(store, everything=True)
    assert old.disk and old.disk.exists()
    assert store.refs() == []


def test_all_keeps_the_names_that_machines_use(store: Store, home: Path):
    used = put(store, "used", b"1")
    put(store, "unused", b"2")
    machine(home, json.dumps({"image_digest": used.digest}))
    result = prune(store, everything=True)
    assert result.references == ["unused (amd64)"]
    assert [ref.reference for ref in store.refs()] == ["used"]


def test_older_goes_by_the_last_use(store: Store):
    put(store, "a", b"1")
    assert prune(store, older=3600).references == []
    os.utime(store.root / "refs/a@amd64.json", (0, 0))
    assert prune(store, older=3600, dry_run=True).references == ["a (amd64)"]
    assert store.get("a", "amd64")
    assert prune(store, older=3600).references == ["a (amd64)"]
    assert store.blob_files() == []


def test_a_record_that_cannot_be_read_stops_everything(store: Store, home: Path):
    put(store, "a", b"1")
    machine(home, "{half")
    with pytest.raises(SeraiError, match="nothing was removed"):
        prune(store, everything=True)
    assert store.get("a", "amd64")


@pytest.mark.parametrize("kind", ["refs", "manifests"])
@pytest.mark.parametrize("content", [b"", b"\xff{", b"null", b"[]", b"{}"])
def test_a_damaged_file_of_the_store_stops_everything(store: Store, kind: str, content: bytes):
    put(store, "a", b"1")
    put(store, "b", b"2")
    file = sorted((store.root / kind).iterdir())[0]
    file.chmod(0o644)
    file.write_bytes(content)
    with pytest.raises(SeraiError, match="nothing was removed") as caught:
        prune(store, everything=True)
    assert str(file) in caught.value.message
    assert len(store.blob_files()) == len(store.ref_files()) == 2
