"""A directory is made, or given another owner and mode, and is as before when that is undone."""

from __future__ import annotations

import os

import pytest

from serai.host.changes.change import State
from serai.host.changes.directory import MakeDirectory
from serai.host.reach.local import Local
from serai.util import process
from serai.util.errors import SeraiError

HERE = (os.geteuid(), os.getegid())


def in_tree(root):
    return lambda argv: process.run([*argv[:-1], f"{root}{argv[-1]}"], check=False)


@pytest.fixture
def reach(tmp_path):
    return Local(tmp_path, run=in_tree(tmp_path))


@pytest.fixture
def change():
    return MakeDirectory(path="/exports/data", mode=0o2775, uid=HERE[0], gid=HERE[1])


def test_it_comes_with_those_above_and_goes_with_them(reach, change, tmp_path):
    before = change.before(reach)
    assert not change.holds(reach)
    assert "not there -> 2775" in change.diff(reach)[0]
    change.do(reach, before)
    assert change.holds(reach)
    assert (tmp_path / "exports/data").stat().st_mode & 0o7777 == 0o2775
    assert change.read_back(reach).state is State.DONE

    change.undo(reach, before, None)
    change.undo(reach, before, None)
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_there_gets_its_mode_back(reach, change, tmp_path):
    (tmp_path / "exports/data").mkdir(parents=True, mode=0o700)
    (tmp_path / "exports/data/mine").write_text("")
    before = change.before(reach)
    change.do(reach, before)
    assert change.holds(reach)
    assert change.conflict(reach, before, change.after(reach)) == ""
    change.undo(reach, before, change.after(reach))

    assert (tmp_path / "exports/data").stat().st_mode & 0o7777 == 0o700
    assert (tmp_path / "exports/data/mine").exists()


def test_one_that_holds_something_since_is_a_conflict_and_stays(reach, change, tmp_path):
    before = change.before(reach)
    change.do(reach, before)
    (tmp_path / "exports/data/disk").write_text("")

    assert "holds disk" in change.conflict(reach, before, change.after(reach))
    change.undo(reach, before, None)
    assert (tmp_path / "exports/data/disk").exists()


def test_a_file_in_its_place_is_refused(reach, change, tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/data").write_text("")
    with pytest.raises(SeraiError, match="no directory"):
        change.do(reach, change.before(reach))
