"""What is told of a system container comes from its record, its engine and its leases, whatever engine that is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serai.providers.container_record import (
    UNFINISHED,
    ContainerRecord,
    Phase,
    judged,
    names_in,
    read_all,
)
from serai.providers.contract import State
from serai.spec.network import Network
from serai.util.errors import Code, SeraiError

MADE = Phase.MADE


def record(**given: object) -> ContainerRecord:
    whole = {"name": "web", "project": "shop", "project_id": "t1", "project_root": "/p", "phase": MADE, **given}
    return ContainerRecord(**whole)  # type: ignore[arg-type]


def test_bridges_with_a_stated_name_may_be_others_too():
    kept = record(bridges=("serai-1", "br0"), networks={"a": Network(), "b": Network(bridge="br0")})

    assert kept.own_bridges() == ("serai-1",)


def test_names_are_those_of_the_project_alone(tmp_path: Path):
    for name in ("serai-t1-web", "serai-t1-db", "serai-t2-web"):
        (tmp_path / name).mkdir()

    assert sorted(names_in(str(tmp_path), "serai-t1-")) == ["db", "web"]
    assert names_in(str(tmp_path / "none"), "serai-t1-") == []


def test_a_directory_without_a_record_that_can_be_read_is_told(tmp_path: Path):
    for name in ("web", "torn", "half"):
        (tmp_path / name).mkdir()
    web = record()

    def load(directory: str) -> ContainerRecord | None:
        if directory.endswith("torn"):
            raise SeraiError(Code.CORRUPT, "it is torn")
        return web if directory.endswith("web") else None

    records, found = read_all(str(tmp_path), "", "lxc", None, load)

    assert records == {"web": web}
    assert {name: (seen.state, seen.problem) for name, seen in found.items()} == {
        "half": (State.CREATING, UNFINISHED),
        "torn": (State.UNKNOWN, "it is torn"),
    }
    assert read_all(str(tmp_path), "", "lxc", ["gone"], load) == ({}, {})


@pytest.mark.parametrize(
    ("given", "state", "seen"),
    [
        ({"phase": Phase.CREATING}, State.RUNNING, (State.CREATING, UNFINISHED)),
        ({"stopped": True}, State.STOPPED, (State.STOPPED, "")),
        ({"stopped": False}, State.STOPPED, (State.FAILED, "killed")),
        ({}, State.UNKNOWN, (State.UNKNOWN, "no answer")),
        ({"started_at": 1.0, "ready_at": 2.0}, State.RUNNING, (State.READY, "")),
        ({"started_at": 2.0, "ready_at": 1.0}, State.RUNNING, (State.RUNNING, "")),
    ],
)
def test_the_state_is_the_engines_but_for_what_the_record_knows_better(given, state, seen):
    ended: Callable[[ContainerRecord], str] = lambda kept: "killed"  # noqa: E731
    said = judged(record(**given), "lxc", state, "word", {}, ended, "no answer")

    assert (said.state, said.problem) == seen
    assert said.native_state == "word"


def test_what_is_off_has_no_lease():
    kept, leases = record(macs=("m1",), addresses={"back": "10.0.0.5/24"}), {"m1": "192.168.1.9"}

    on = judged(kept, "lxc", State.RUNNING, "", leases, str)
    off = judged(kept, "lxc", State.STOPPED, "", leases, str)

    assert on.addresses == ("192.168.1.9", "10.0.0.5")
    assert off.addresses == ("10.0.0.5",)
