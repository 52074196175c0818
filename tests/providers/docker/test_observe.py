"""The engine's list as states: what it says, and what it cannot say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from docker_site import SCOPE, machine
from serai.providers.contract import Forward, State
from serai.providers.docker import names
from serai.providers.docker.observe import observed
from serai.providers.docker.state import Kept


def summary(state: str, status: str, **spec: Any) -> dict[str, Any]:
    return {
        "Id": "c1",
        "State": state,
        "Status": status,
        "Created": 7,
        "Labels": {
            names.MACHINE: "web",
            names.SPEC: msgspec.json.encode(machine(**spec)).decode(),
            names.FORWARDS: msgspec.json.encode([Forward(guest=80, host=8080)]).decode(),
        },
        "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}, "none": {"IPAddress": ""}}},
    }


JOB = {"container": {"job": True}}
ASKED = {"ready": {"tcp": 80}}


@pytest.mark.parametrize(
    ("state", "status", "spec", "kept", "expected", "problem"),
    [
        ("running", "Up 2 minutes", {}, {}, State.READY, ""),
        ("running", "Up 2 minutes (healthy)", {}, {}, State.READY, ""),
        ("running", "Up 2 seconds (health: starting)", {}, {}, State.STARTING, ""),
        ("running", "Up 2 minutes (unhealthy)", {}, {}, State.RUNNING, "its health check fails"),
        ("running", "Up 2 minutes", ASKED, {}, State.RUNNING, ""),
        ("running", "Up 2 minutes", ASKED, {"started_at": 1.0, "ready_at": 2.0}, State.READY, ""),
        ("running", "Up 2 minutes", JOB, {}, State.STARTING, ""),
        ("exited", "Exited (0) 1 second ago", JOB, {}, State.READY, ""),
        ("exited", "Exited (3) 1 second ago", JOB, {}, State.FAILED, "its command ended with exit code 3"),
        ("exited", "Exited (3) 1 second ago", {}, {}, State.FAILED, "it ended with exit code 3"),
        ("exited", "Exited (3) 1 second ago", {}, {"halted": True}, State.STOPPED, ""),
        ("exited", "Exited (143) 1 second ago", {}, {}, State.STOPPED, ""),
        ("created", "Created", {}, {}, State.STOPPED, ""),
        ("created", "Created", {}, None, State.CREATING, ""),
        ("paused", "Up 2 minutes (Paused)", {}, {}, State.PAUSED, ""),
        (
            "restarting",
            "Restarting (1) 2 s ago",
            {},
            {},
            State.STARTING,
            "it ends again and again, with exit code 1",
        ),
        ("dead", "Dead", {}, {}, State.FAILED, "the engine could not remove it"),
        ("new word", "", {}, {}, State.UNKNOWN, ""),
    ],
)
def test_a_word_of_the_engine_is_a_state(
    state: str, status: str, spec: dict[str, Any], kept: dict[str, Any] | None, expected: State, problem: str
) -> None:
    mine = {} if kept is None else {"web": Kept(container="c1", **kept)}

    seen = observed([summary(state, status, **spec)], mine, SCOPE, "docker")["web"]

    assert seen.state is expected
    assert seen.problem.startswith(problem)
    assert seen.applied == machine(**spec)
    assert seen.addresses == ("172.17.0.2",)
    assert seen.forwards == (Forward(guest=80, host=8080),)


def test_what_is_kept_of_another_container_does_not_count() -> None:
    old = {"web": Kept(container="c0", pending={"cpu": "old"})}

    assert observed([summary("running", "Up")], old, SCOPE, "docker")["web"].pending == {}


def test_names_and_foreign_containers_are_left_out() -> None:
    strange = {"Id": "x", "State": "running", "Status": "Up", "Labels": None}

    assert observed([strange, summary("running", "Up")], {}, SCOPE, "docker", ["db"]) == {}


def test_a_label_that_cannot_be_read_is_a_spec_that_is_lost() -> None:
    broken = summary("running", "Up")
    broken["Labels"] |= {names.SPEC: "{", names.FORWARDS: "{"}

    seen = observed([broken], {}, SCOPE, "docker")["web"]

    assert seen.applied is None
    assert seen.forwards == ()
