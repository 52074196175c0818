"""A setting of a program is asked for, set, read back, and put back to what it was, or to nothing."""

from __future__ import annotations

import pytest

from serai.host.changes.change import Kept, State
from serai.host.changes.setting import ProgramSetting
from serai.host.reach.local import Local
from serai.util.process import Result

SETTING = ProgramSetting(
    name="profile of tuned",
    value="virtual-host",
    ask=("tuned-adm", "active"),
    shows=r"^Current active profile: (.+)$",
    set=("tuned-adm", "profile", "{}"),
    unset=("tuned-adm", "off"),
)


class Tuned(Local):
    def __init__(self, root, active):
        super().__init__(root, run=self.program_said)
        self.active = active

    def program_said(self, argv):
        if argv[1] == "active":
            text = f"Current active profile: {self.active}" if self.active else "No current active profile."
            return Result(argv, 0 if self.active else 1, text, "")
        self.active = argv[2] if argv[1] == "profile" else ""
        return Result(argv, 0, "", "")


@pytest.mark.parametrize("earlier", ["balanced", ""])
def test_it_is_set_and_put_back(tmp_path, earlier):
    tuned = Tuned(tmp_path, earlier)
    before = SETTING.before(tuned)
    assert not SETTING.holds(tuned)
    SETTING.do(tuned, before)
    assert SETTING.read_back(tuned).state is State.DONE
    assert SETTING.conflict(tuned, before, None) == ""
    SETTING.undo(tuned, before, None)
    SETTING.undo(tuned, before, None)
    assert tuned.active == earlier


def test_what_somebody_set_since_is_a_conflict_and_lost(tmp_path):
    tuned = Tuned(tmp_path, "powersave")

    assert "is powersave now" in SETTING.conflict(tuned, Kept(value="balanced"), None)
    assert SETTING.read_back(tuned).state is State.LOST
    assert SETTING.diff(tuned) == ["profile of tuned: powersave -> virtual-host"]


def test_a_tree_has_no_programs(tmp_path):
    tree = Local(tmp_path)

    assert SETTING.holds(tree)
    assert SETTING.read_back(tree).state is State.PENDING
    assert SETTING.conflict(tree, Kept(), None) == ""
    SETTING.undo(tree, SETTING.before(tree), None)
