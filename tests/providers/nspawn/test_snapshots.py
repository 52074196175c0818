"""Snapshots where the real ones are seen in tests/e2e/test_nspawn_life.py."""

from __future__ import annotations

import pytest

from serai.providers.contract import quiet
from serai.providers.nspawn import snapshots
from serai.providers.nspawn.record import load
from serai.util.errors import SeraiError


def test_files_come_back_as_they_were_and_a_running_one_is_frozen_meanwhile(scope, made, machines, living):
    directory = made("web")
    file = machines / "serai-t1-web" / "file"
    file.write_text("old")
    group = living("web", 1)
    snapshots.save_one(scope, "web", "one", quiet)
    assert (group / "payload" / "cgroup.freeze").read_text() == "0"  # it was 1 meanwhile, and goes on
    (group / "supervisor" / "cgroup.procs").write_text("")
    file.write_text("new")

    snapshots.restore(scope, "web", "one", quiet)
    assert file.read_text() == "old"

    snapshots.delete(scope, "web", "one")
    record = load(directory)
    assert record is not None
    assert record.snapshots == ()
    with pytest.raises(SeraiError, match="the files of snapshot one are gone"):
        snapshots.restore(scope, "web", "one", quiet)
