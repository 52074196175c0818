"""A file of our own is written whole, and what stood there before comes back byte for byte."""

from __future__ import annotations

import pytest

from serai.host.changes.change import State
from serai.host.changes.file import WriteFile, unified
from serai.host.reach.local import Local

CHANGE = WriteFile(path="/etc/sysctl.d/90-serai.conf", text="vm.swappiness = 10\n")


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "etc").mkdir()
    return Local(tmp_path)


def done(tree, change=CHANGE):
    before = change.before(tree)
    change.do(tree, before)
    return before


def test_a_new_file_comes_with_its_directory_and_goes_with_it(tree):
    before = done(tree)

    assert CHANGE.holds(tree)
    assert (tree.root / "etc/sysctl.d/90-serai.conf").read_text() == "vm.swappiness = 10\n"
    CHANGE.undo(tree, before, None)
    assert list((tree.root / "etc").iterdir()) == []


def test_a_directory_that_others_use_too_stays(tree):
    before = done(tree)
    (tree.root / "etc/sysctl.d/other.conf").write_text("")
    CHANGE.undo(tree, before, None)

    assert [each.name for each in (tree.root / "etc/sysctl.d").iterdir()] == ["other.conf"]


def test_what_was_there_comes_back_with_its_mode(tree):
    place = tree.root / "etc/sysctl.d/90-serai.conf"
    place.parent.mkdir()
    place.write_bytes(b"\xff old")
    place.chmod(0o600)
    before = done(tree)
    CHANGE.undo(tree, before, None)

    assert place.read_bytes() == b"\xff old"
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_link_that_was_there_comes_back(tree):
    (tree.root / "etc/sysctl.d").mkdir()
    (tree.root / "etc/sysctl.d/90-serai.conf").symlink_to("/dev/null")
    before = CHANGE.before(tree)
    tree.remove(CHANGE.path)
    CHANGE.do(tree, before)
    CHANGE.undo(tree, before, None)

    assert tree.target(CHANGE.path) == "/dev/null"


def test_what_others_wrote_since_is_a_conflict(tree):
    before = done(tree)
    after = CHANGE.after(tree)
    assert CHANGE.conflict(tree, before, after) == ""
    (tree.root / "etc/sysctl.d/90-serai.conf").write_text("mine\n")
    assert "was changed since" in CHANGE.conflict(tree, before, after)
    assert CHANGE.read_back(tree).state is State.LOST


def test_undone_twice_or_half_done_is_no_conflict(tree):
    before = CHANGE.before(tree)
    assert CHANGE.conflict(tree, before, None) == ""
    CHANGE.undo(tree, before, None)
    CHANGE.undo(tree, before, None)
    assert list((tree.root / "etc").iterdir()) == []


def test_it_is_shown_as_a_diff(tree):
    assert CHANGE.diff(tree)[-1] == "+vm.swappiness = 10"
    assert unified("/x", "a\n", None)[-1] == "-a"
    assert CHANGE.title() == "write /etc/sysctl.d/90-serai.conf"


def test_what_waits_for_a_reboot_is_pending(tree):
    change = WriteFile(path="/etc/x", text="", waits="reboot", runs=("daemon-reload",))
    done(tree, change)

    assert change.read_back(tree).state is State.PENDING
    assert change.owes == ("daemon-reload",)


def test_what_a_killed_write_has_left_goes_when_the_file_is_put_back(tree):
    before = done(tree)
    place = tree.root / "etc/sysctl.d"
    (place / ".90-serai.conf.0123456789ab").write_text("half")
    (place / ".90-serai.conf.swp").write_text("an editor's")
    CHANGE.undo(tree, before, None)

    assert [each.name for each in place.iterdir()] == [".90-serai.conf.swp"]
