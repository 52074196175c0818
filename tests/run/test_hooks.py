"""Hooks: when they fire, for whom, and what a failing one does (GUI-6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from serai.guest.exec import ExecTransport
from serai.plan.steps import Act, step
from serai.providers.contract import ExecEndpoint
from serai.run.events import Event
from serai.run.hooks import AFTER, BEFORE, Table, fire, meant, once
from serai.run.workspace import Workspace
from serai.spec.hook import VERBS, Hook, On, OnError
from serai.spec.hook import Event as Moment
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

Pretend = Callable[..., Workspace]
STEPS = [
    step(Act.CREATE, "web"),
    step(Act.START, "web"),
    step(Act.READY, "web"),
    step(Act.SYNC, "web"),
    step(Act.PROVISION, "web", key="a"),
    step(Act.PROVISION, "web", key="b"),
]


def run(pretend: Pretend, moment: Moment, hook: Hook, **more: Any) -> list[str]:
    machine = Machine(name="web", hooks={moment: [hook]}, env={"A": "b"})
    said: list[Event] = []
    fire(moment, machine, pretend(machine), said.append, guest, **more)
    return [event.text for event in said]


def guest() -> ExecTransport:
    """A guest that is this host."""
    return ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")


def names(moments: dict[str, list[Moment]]) -> dict[str, list[str]]:
    return {key: [str(each) for each in value] for key, value in moments.items()}


def test_moments_hang_on_the_right_steps_the_verb_s_outside() -> None:
    table = Table(STEPS, verb="up")
    assert names(table.before) == {
        "web/create": ["before_all", "before_up", "before_create"],
        "web/start": ["before_start"],
        "web/ready": ["before_ready"],
        "web/sync": ["before_sync"],
        "web/provision:a": ["before_provision", "before_block"],
        "web/provision:b": ["before_block"],
    }
    assert names(table.after) == {
        "web/create": ["after_create"],
        "web/start": ["after_start"],
        "web/ready": ["after_ready"],
        "web/sync": ["after_sync"],
        "web/provision:a": ["after_block"],
        "web/provision:b": ["after_block", "after_provision", "after_up", "after_all"],
    }


def test_a_halt_is_a_verb_and_a_stop_a_step() -> None:
    steps = [step(Act.STOP, "web")]
    assert names(Table(steps, verb="halt").before) == {"web/stop": ["before_all", "before_halt", "before_stop"]}
    assert names(Table(steps, verb="reload", halves=(BEFORE,)).before) == {
        "web/stop": ["before_all", "before_reload", "before_stop"]
    }
    assert names(Table(steps, verb="reload", halves=(BEFORE,)).after) == {"web/stop": ["after_stop"]}


def test_a_destroy_is_both_and_fires_once() -> None:
    assert names(Table([step(Act.DESTROY, "web")], verb="destroy").before) == {
        "web/destroy": ["before_all", "before_destroy"]
    }


def test_every_verb_has_its_two_moments() -> None:
    assert {f"{half}_{verb}" for verb in VERBS for half in (BEFORE, AFTER)} <= {str(each) for each in Moment}


def test_a_host_hook_runs_in_the_project_and_knows_its_machine(pretend: Pretend) -> None:
    hook = Hook(run='echo "$SERAI_MACHINE $SERAI_EVENT $SERAI_VERB $SERAI_BLOCK $A"')
    assert run(pretend, Moment.AFTER_BLOCK, hook, verb="up", block="site") == ["web after_block up site b"]


def test_what_is_said_comes_before_what_is_run(pretend: Pretend) -> None:
    hook = Hook(info="begins", warn="slow", run="echo done")
    assert run(pretend, Moment.AFTER_UP, hook) == ["begins", "warning: slow", "done"]


@pytest.mark.parametrize(
    ("only_on", "is_meant"),
    [([], True), (["db"], False), (["db", "web"], True), (["w*"], True), (["/^we/"], True), (["/b$/x"], False)],
)
def test_only_on_takes_names_globs_and_patterns(only_on: list[str], is_meant: bool) -> None:
    assert meant(Hook(run="true", only_on=only_on), "web") is is_meant


def test_it_does_not_fire_in_a_verb_that_it_ignores_nor_for_others(pretend: Pretend) -> None:
    assert run(pretend, Moment.BEFORE_ALL, Hook(run="echo x", ignore=["halt"]), verb="halt") == []
    assert run(pretend, Moment.BEFORE_ALL, Hook(run="echo x", ignore=["halt"]), verb="up") == ["x"]
    assert run(pretend, Moment.BEFORE_ALL, Hook(run="echo x", only_on=["db"]), verb="up") == []


def test_a_failing_hook_stops_the_machine_and_shows_what_it_said(pretend: Pretend) -> None:
    with pytest.raises(SeraiError, match="web: hook before_start failed: its command ended with exit code 4") as e:
        run(pretend, Moment.BEFORE_START, Hook(run="echo because; exit 4"))
    assert e.value.details == ("because",)


def test_other_exit_codes_are_success_where_it_says_so(pretend: Pretend) -> None:
    assert run(pretend, Moment.BEFORE_START, Hook(run="exit 4", exit_codes=[0, 4])) == []
    with pytest.raises(SeraiError, match="exit code 5, which is none of 0, 4"):
        run(pretend, Moment.BEFORE_START, Hook(run="exit 5", exit_codes=[0, 4]))


def test_a_failing_hook_that_may_fail_is_only_told(pretend: Pretend) -> None:
    said = run(pretend, Moment.BEFORE_START, Hook(run="exit 4", on_error=OnError.CONTINUE))
    assert said[-1].startswith("hook before_start failed, going on")


def test_a_hook_before_an_end_keeps_a_machine_alive_only_where_it_says_so(pretend: Pretend) -> None:
    assert "going on" in run(pretend, Moment.BEFORE_DESTROY, Hook(run="exit 4"))[-1]
    with pytest.raises(SeraiError, match="hook before_destroy failed"):
        run(pretend, Moment.BEFORE_DESTROY, Hook(run="exit 4", on_error=OnError.HALT))


def test_one_that_aborts_runs_nothing(pretend: Pretend) -> None:
    with pytest.raises(SeraiError, match="it says that it ends here") as stopped:
        run(pretend, Moment.BEFORE_DESTROY, Hook(abort=True, run="echo never"))
    assert stopped.value.code is Code.REFUSED


def test_in_the_guest_it_has_arguments_and_environment(pretend: Pretend) -> None:
    hook = Hook(run='echo "$1-$A-$B"', args=["x y"], env={"B": "c"}, on=On.GUEST)
    assert run(pretend, Moment.AFTER_UP, hook) == ["x y-b-c"]


def test_one_that_fires_once_a_call_fires_for_one_of_many_machines(pretend: Pretend) -> None:
    hook = Hook(run='echo "<$SERAI_MACHINE> $SERAI_VERB"', once=True)
    machines = [Machine(name=name, hooks={Moment.BEFORE_UP: [hook]}) for name in ("a", "b")]
    said: list[Event] = []
    workspace = pretend(*machines)
    once(BEFORE, workspace, machines, said.append, "up")
    once(AFTER, workspace, machines, said.append, "up")
    fire(Moment.BEFORE_UP, machines[0], workspace, said.append, guest, verb="up")
    assert [event.text for event in said] == ["<> up"]
