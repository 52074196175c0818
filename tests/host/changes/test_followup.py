"""What is owed after changes is run once; in a tree it is told."""

from __future__ import annotations

import pytest

from serai.host.changes.followup import FOLLOW_UPS, follow
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result


def host(tmp_path, code=0):
    said = []

    def run(argv):
        said.append(list(argv))
        return Result(argv, code, "", "no bus\n")

    return Local(tmp_path, run=run), said


def test_a_tree_is_told_what_to_run(tmp_path):
    assert follow(Local(tmp_path), "daemon-reload") == "systemctl daemon-reload"


def test_it_runs_where_there_is_somebody_to_tell(tmp_path):
    reach, said = host(tmp_path)
    assert follow(reach, "daemon-reload") == ""
    assert said == []
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    follow(reach, "daemon-reload")
    assert said == [["systemctl", "daemon-reload"]]


def test_a_failure_says_what_failed(tmp_path):
    reach, _ = host(tmp_path, 1)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    with pytest.raises(SeraiError, match="systemctl daemon-reload ended with exit code 1: no bus"):
        follow(reach, "daemon-reload")


def test_each_can_be_told_by_hand():
    assert all(each.by_hand for each in FOLLOW_UPS.values())
