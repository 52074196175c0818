"""Snapshots where the real ones are seen in tests/e2e/test_lxc_life.py: storage, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Materials
from serai.providers.lxc import command, snapshots
from serai.providers.lxc.record import load
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def tree(made) -> Path:
    directory = made("web")
    root = directory / "rootfs"
    root.mkdir()
    (root / "file").write_text("old")
    made("web", base=f"lxc.rootfs.path = dir:{root}\n")
    return root


def test_files_come_back_as_they_were(scope, made):
    root = tree(made)
    snapshots.save_one(scope, "web", "one", lambda phrase: None)
    (root / "file").write_text("new")
    (root / "more").touch()

    snapshots.restore(scope, "web", "one", lambda phrase: None)

    assert [(path.name, path.read_text()) for path in root.iterdir()] == [("file", "old")]
    assert sorted(path.name for path in root.parent.iterdir() if path.name.startswith(".")) == []


def test_one_that_is_deleted_is_gone(scope, made):
    root = tree(made)
    snapshots.save_one(scope, "web", "one", lambda phrase: None)
    snapshots.delete(scope, "web", "one")

    record = load(root.parent)
    assert record is not None
    assert record.snapshots == ()
    with pytest.raises(SeraiError, match="the files of snapshot one are gone"):
        snapshots.restore(scope, "web", "one", lambda phrase: None)


def test_of_an_overlay_the_layer_above_is_kept(made):
    made("web", base="lxc.rootfs.path = overlay:/base:/over/delta0\n")
    record = load(made("web", base="lxc.rootfs.path = overlay:/base:/over/delta0\n"))
    assert record is not None

    assert snapshots._tree("web", record) == Path("/over/delta0")


def test_storage_that_has_its_own_is_refused(scope, made):
    made("web", base="lxc.rootfs.path = lvm:/dev/vg/web\n")

    with pytest.raises(SeraiError) as caught:
        snapshots.save_one(scope, "web", "one", lambda phrase: None)

    assert caught.value.code is Code.UNSUPPORTED
    assert "on lvm" in caught.value.message


def test_only_a_stopped_container_is_copied_and_never_onto_another(scope, made, monkeypatch):
    made("web")
    made("copy")
    with pytest.raises(SeraiError, match="copy exists already"):
        snapshots.clone(scope, "web", Machine(name="copy"), Materials(), lambda phrase: None)

    monkeypatch.setattr(command, "state", lambda root, name: "RUNNING")
    with pytest.raises(SeraiError, match="web runs; only a stopped machine is cloned"):
        snapshots.clone(scope, "web", Machine(name="copy"), Materials(), lambda phrase: None)


def test_a_copys_base_names_its_own_root():
    base = "lxc.rootfs.path = dir:/c/old/rootfs\nlxc.mount.fstab = /c/old/fstab\n"

    assert snapshots._moved(base, "old", "new", "lxc.rootfs.path = dir:/c/new/rootfs\n") == (
        "lxc.mount.fstab = /c/new/fstab\nlxc.rootfs.path = dir:/c/new/rootfs\n"
    )
