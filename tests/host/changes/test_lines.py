"""Lines of our own in the user's file go alone, whatever the user did with the rest of it."""

from __future__ import annotations

import pytest

from serai.host.changes.change import State
from serai.host.changes.lines import AddLines
from serai.host.reach.local import Local
from serai.util.errors import SeraiError

CHANGE = AddLines(path="/etc/subuid", lines=("ann:100000:65536", "bob:165536:65536"))


@pytest.fixture
def reach(tmp_path):
    (tmp_path / "etc").mkdir()
    return Local(tmp_path)


def done(reach):
    before = CHANGE.before(reach)
    CHANGE.do(reach, before)
    return before, CHANGE.after(reach)


@pytest.mark.parametrize("old", [b"", b"root:0:1\n", b"no end of line", b"\xff\xfe\n", b"ann:100000:65536\n"])
def test_untouched_since_it_is_as_before_byte_for_byte(reach, tmp_path, old):
    place = tmp_path / "etc/subuid"
    place.write_bytes(old)
    place.chmod(0o640)
    before, after = done(reach)
    assert CHANGE.holds(reach)
    assert CHANGE.read_back(reach).state is State.DONE
    CHANGE.undo(reach, before, after)
    CHANGE.undo(reach, before, after)

    assert place.read_bytes() == old
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_file_that_was_not_there_goes(reach, tmp_path):
    before, after = done(reach)
    assert (tmp_path / "etc/subuid").read_text().splitlines() == list(CHANGE.lines)
    CHANGE.undo(reach, before, after)

    assert list((tmp_path / "etc").iterdir()) == []


def test_what_the_user_wrote_since_stays(reach, tmp_path):
    place = tmp_path / "etc/subuid"
    place.write_text("root:0:1\n")
    before, after = done(reach)
    place.write_text(f"# mine\n{place.read_text()}eve:231072:65536\n")

    assert CHANGE.conflict(reach, before, after) == ""
    CHANGE.undo(reach, before, after)
    assert place.read_text() == "# mine\nroot:0:1\neve:231072:65536\n"


def test_a_line_that_the_user_had_stays_too(reach, tmp_path):
    place = tmp_path / "etc/subuid"
    place.write_text("ann:100000:65536\n")
    before, after = done(reach)
    place.write_text(f"{place.read_text()}# more\n")
    CHANGE.undo(reach, before, after)

    assert place.read_text() == "ann:100000:65536\n# more\n"


def test_a_file_that_went_since_stays_away(reach, tmp_path):
    (tmp_path / "etc/subuid").write_text("root:0:1\n")
    before, after = done(reach)
    (tmp_path / "etc/subuid").unlink()
    CHANGE.undo(reach, before, after)

    assert CHANGE.read_back(reach).state is State.LOST
    assert not (tmp_path / "etc/subuid").exists()


def test_a_link_is_not_written_through(reach, tmp_path):
    (tmp_path / "etc/subuid").symlink_to("subuid.real")
    with pytest.raises(SeraiError, match=r"a link to subuid\.real"):
        done(reach)


def test_only_what_is_missing_is_shown(reach, tmp_path):
    (tmp_path / "etc/subuid").write_text("ann:100000:65536\n")
    assert [line for line in CHANGE.diff(reach) if line.startswith("+b")] == ["+bob:165536:65536"]
