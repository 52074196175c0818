"""What the commands of `serai host` share."""

from __future__ import annotations

import pytest

from serai.cli.host_common import confirm, reach_of, seen_cells
from serai.host.changes.change import Seen, State
from serai.util.errors import Code, SeraiError


def test_a_tree_must_be_a_directory(tmp_path):
    assert reach_of(str(tmp_path)).name == str(tmp_path)
    with pytest.raises(SeraiError) as error:
        reach_of(str(tmp_path / "none"))
    assert error.value.code is Code.INPUT


def test_what_waits_says_what_for():
    assert seen_cells("thp", Seen(State.PENDING, "/x", "1", "a reboot"))[-1] == "waits for a reboot"


def test_nothing_happens_where_nobody_can_be_asked():
    confirm(True, "Change it?", "nothing was changed")
    with pytest.raises(SeraiError, match="nothing was changed: there is no terminal"):
        confirm(False, "Change it?", "nothing was changed")
