"""A container's file is edited the least, and comes back byte for byte, or its conflict is told."""

from __future__ import annotations

import pytest

from serai.host.changes.change import State
from serai.host.changes.lxc_config import LxcConfig
from serai.host.reach.local import Local
from serai.util.errors import SeraiError

OLD = b"# \xff mine\nlxc.utsname = web\nlxc.network.type = veth\nlxc.network.link = virbr0"
CHANGE = LxcConfig(path="/etc/lxc/default.conf", bridge="lxcbr0")


@pytest.fixture
def reach(tmp_path):
    (tmp_path / "etc").mkdir()
    return Local(tmp_path)


@pytest.fixture
def file(tmp_path, reach):
    place = tmp_path / "etc/lxc/default.conf"
    place.parent.mkdir()
    place.write_bytes(OLD)
    place.chmod(0o600)
    return place


def done(reach, change=CHANGE):
    before = change.before(reach)
    change.do(reach, before)
    return before, change.after(reach)


def test_it_is_edited_read_back_and_comes_back_byte_for_byte(reach, file):
    assert not CHANGE.holds(reach)
    before, after = done(reach)
    assert file.read_bytes() == (
        b"# \xff mine\nlxc.uts.name = web\nlxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\n"
    )
    assert CHANGE.holds(reach)
    assert (CHANGE.read_back(reach).state, CHANGE.read_back(reach).value) == (
        State.DONE,
        "lxc.net.0.link = lxcbr0",
    )
    assert CHANGE.conflict(reach, before, after) == ""
    CHANGE.undo(reach, before, after)
    CHANGE.undo(reach, before, after)

    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (OLD, 0o600)


def test_without_a_bridge_keys_alone_are_renamed(reach, file):
    change = LxcConfig(path="/etc/lxc/default.conf")
    assert "-lxc.network.link = virbr0" in change.diff(reach)
    done(reach, change)

    assert b"lxc.net.0.link = virbr0" in file.read_bytes()
    assert "rename old keys" in change.title()


def test_a_file_that_was_not_there_goes_with_its_directory(reach, tmp_path):
    before, after = done(reach)
    assert "lxc.net.0.link = lxcbr0" in (tmp_path / "etc/lxc/default.conf").read_text()
    CHANGE.undo(reach, before, after)

    assert list((tmp_path / "etc").iterdir()) == []


def test_what_somebody_wrote_since_is_a_conflict(reach, file):
    before, after = done(reach)
    file.write_text(f"{file.read_text(errors='replace')}lxc.start.auto = 1\n")

    assert CHANGE.conflict(reach, before, after) == "/etc/lxc/default.conf was changed since"
    assert CHANGE.read_back(reach).state is State.DONE, "it is still what was asked for"


def test_a_kill_before_the_journal_has_it_done_is_no_conflict(reach, file):
    before, _ = done(reach)

    assert CHANGE.conflict(reach, before, None) == ""


def test_a_container_that_went_stays_away(reach, file, tmp_path):
    before, after = done(reach)
    file.unlink()
    file.parent.rmdir()
    assert CHANGE.conflict(reach, before, after) == ""
    CHANGE.undo(reach, before, after)

    assert list((tmp_path / "etc").iterdir()) == []


@pytest.mark.parametrize("line", ["lxc.tty = 4", "lxc.net.0.link = virbr0"])
def test_what_was_put_back_by_hand_is_lost(reach, file, line):
    done(reach)
    file.write_text(f"{line}\n")

    assert (CHANGE.read_back(reach).state, CHANGE.read_back(reach).value) == (State.LOST, line)


def test_a_link_is_not_written_through(reach, file):
    file.rename(file.with_name("real"))
    file.symlink_to("real")
    with pytest.raises(SeraiError, match="a link to real"):
        done(reach)
