"""Hooks: when they fire, where they run, and what a failing one does (GUI-6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serai.plan.steps import Act, step
from serai.run.events import Event
from serai.run.hooks import Table, fire
from serai.run.workspace import Workspace
from serai.spec.guest import Event as Moment
from serai.spec.guest import Hook, OnError
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

Pretend = Callable[..., Workspace]


def run(pretend: Pretend, moment: Moment, hook: Hook) -> list[str]:
    machine = Machine(name="web", hooks={moment: [hook]}, env={"A": "b"})
    said: list[Event] = []
    workspace = pretend(machine)

    def no_way() -> None:
        raise AssertionError("not asked for")

    fire(moment, machine, workspace, said.append, no_way)  # type: ignore[arg-type]
    return [event.text for event in said]


def test_moments_hang_on_the_right_steps() -> None:
    steps = [
        step(Act.CREATE, "web"),
        step(Act.START, "web"),
        step(Act.READY, "web"),
        step(Act.PROVISION, "web", key="a"),
        step(Act.PROVISION, "web", key="b"),
    ]
    table = Table(steps, up=True)
    assert table.before == {
        "web/create": [Moment.BEFORE_UP, Moment.BEFORE_CREATE],
        "web/start": [Moment.BEFORE_START],
        "web/provision:a": [Moment.BEFORE_PROVISION],
    }
    assert table.after == {
        "web/create": [Moment.AFTER_CREATE],
        "web/start": [Moment.AFTER_START],
        "web/ready": [Moment.AFTER_READY],
        "web/provision:b": [Moment.AFTER_PROVISION, Moment.AFTER_UP],
    }


def test_a_host_hook_runs_in_the_project_and_knows_its_machine(pretend: Pretend) -> None:
    said = run(pretend, Moment.AFTER_UP, Hook(run='echo "$SERAI_MACHINE $SERAI_EVENT $A"; pwd'))
    assert said[0] == "web after_up b"


def test_a_failing_hook_stops_the_machine(pretend: Pretend) -> None:
    with pytest.raises(SeraiError, match="web: hook before_start failed"):
        run(pretend, Moment.BEFORE_START, Hook(run="exit 4"))


def test_a_failing_hook_that_may_fail_is_only_told(pretend: Pretend) -> None:
    said = run(pretend, Moment.BEFORE_START, Hook(run="exit 4", on_error=OnError.CONTINUE))
    assert said[-1].startswith("hook before_start failed, going on")


def test_a_hook_before_an_end_never_keeps_a_machine_alive(pretend: Pretend) -> None:
    assert "going on" in run(pretend, Moment.BEFORE_DESTROY, Hook(run="exit 4"))[-1]
