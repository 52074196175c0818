"""A file is whole or not there; a directory that is removed is gone under its own name at once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from serai.util.files import empty_trash, no_room, private_dir, remove_tree, tail, write_atomic


def test_a_private_directory_is_its_owners_alone(tmp_path):
    made = private_dir(tmp_path / "a" / "b")

    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_write_replaces_the_old_content_and_sets_the_mode(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("old, and longer")

    write_atomic(path, "new", mode=0o644)

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    path.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("serai.util.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "new")

    assert [entry.name for entry in tmp_path.iterdir()] == ["record.json"]
    assert path.read_text() == "old"


def test_a_removed_tree_is_gone_and_may_be_removed_again(tmp_path):
    tree = tmp_path / "machine"
    (tree / "disks").mkdir(parents=True)
    (tree / "disks/root.qcow2").write_text("x")

    remove_tree(tree)
    remove_tree(tree)

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_removal_left_is_emptied(tmp_path):
    (tmp_path / ".trash-1/machine").mkdir(parents=True)
    (tmp_path / "other").mkdir()

    empty_trash(tmp_path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["other"]


def test_the_tail_is_the_last_lines_without_carriage_returns(tmp_path):
    log = tmp_path / "serial.log"
    log.write_bytes(b"one\r\ntwo\r\n\xffthree\n")

    assert tail(log, 2) == ["two", "\ufffdthree"]
    assert tail(tmp_path / "absent") == []


def test_a_tree_is_removed_while_another_run_empties_the_trash(tmp_path, monkeypatch):
    tree = tmp_path / "machine"
    tree.mkdir()
    (tree / "disk").touch()
    rename = Path.rename

    def rename_later(self, target):
        empty_trash(tmp_path)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_later)
    remove_tree(tree)

    assert list(tmp_path.iterdir()) == []


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to("far")
    remove_tree(tmp_path / "near")

    assert [path.name for path in tmp_path.iterdir()] == ["far"]


def test_a_write_that_fails_names_its_file(tmp_path, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("serai.util.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomic(tmp_path / "record.json", "new")
    assert caught.value.filename == str(tmp_path / "record.json")
    told = no_room(caught.value)
    assert told.message == f"{tmp_path}/record.json: No space left on device"
    assert "make room" in told.hint
