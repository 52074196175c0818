"""What of a project is not shown, and that no output, error or journal shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from serai.plan.diff import Change
from serai.plan.steps import Act, step
from serai.plan.up import Action, MachinePlan, Plan
from serai.providers.contract import Effect
from serai.run.events import Event, Kind
from serai.run.executor import Executor
from serai.run.journal import Journal, read
from serai.run.scheduler import Cancel, run_steps
from serai.run.secrets import covered, mask_of, masked
from serai.spec.container import Container
from serai.spec.guest import Ssh
from serai.spec.hook import Event as Moment
from serai.spec.hook import Hook
from serai.spec.machine import Machine, Project
from serai.spec.provision import Provision, Shell
from serai.util.errors import Code, SeraiError
from serai.util.masking import COVER

PRIVATE = Provision(shell=Shell(inline="x", env={"A": "in-the-env"}, args=["as-argument"], sensitive=True))
OPEN = Provision(shell=Shell(inline="x", env={"A": "plain-env", "TOKEN": "named-token"}))
WEB = Machine(
    name="web",
    env={"DB_PASSWORD": "of-machine", "LANG": "de_DE"},
    container=Container(env={"API_TOKEN": "of-container", "LANG": "plain-env"}),
    ssh=Ssh(password="of-login"),
    hooks={Moment.BEFORE_UP: [Hook(run="x", env={"SECRET": "of-a-hook"})]},
    provision=[PRIVATE, OPEN],
)


@pytest.mark.parametrize(
    "value",
    [
        "of-project",
        "of-machine",
        "of-container",
        "of-login",
        "of-a-hook",
        "in-the-env",
        "as-argument",
        "named-token",
        "of-process",
    ],
)
def test_it_is_covered(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "of-process")
    mask = mask_of(Project(project="shop", sensitive=["of-project"], machines={"web": WEB}))
    assert value not in mask(f"it is {value}.")


@pytest.mark.parametrize("value", ["plain-env", "de_DE"])
def test_what_is_no_secret_is_shown(value: str) -> None:
    assert mask_of(Project(project="shop", machines={"web": WEB}))(value) == value


def test_events_are_covered_and_those_without_secrets_pass_as_they_are() -> None:
    said: list[Event] = []
    emit = masked(said.append, mask_of(Project(project="shop", sensitive=["hunter2"])))
    plain = Event(kind=Kind.OUTPUT, text="plain")
    emit(plain)
    emit(Event(kind=Kind.OUTPUT, machine="web", text="is hunter2"))
    assert said[0] is plain
    assert (said[1].machine, said[1].text) == ("web", "is ********")


def test_a_hook_that_fails_with_a_secret_shows_it_nowhere(pretend: Callable[..., Any]) -> None:
    hook = Hook(run="echo it is hunter2-secret; exit 3", env={"PASSWORD": "hunter2-secret"})
    workspace = pretend(Machine(name="web", hooks={Moment.BEFORE_STOP: [msgspec.structs.replace(hook)]}))
    said: list[Event] = []
    steps = [step(Act.STOP, "web")]
    made = Executor(workspace, emit=said.append, cancel=Cancel(), steps=steps, verb="halt")

    def failing(_: object) -> str:
        made._fire([Moment.BEFORE_STOP], workspace.project.machines["web"], steps[0])
        raise SeraiError(Code.FAILED, "hunter2-secret is wrong", details=["hunter2-secret"])

    path = workspace.scope.home / "journal.jsonl"
    with Journal(path, "halt") as journal:
        outcome = run_steps(steps, failing, journal=journal, emit=said.append, cancel=Cancel(), mask=made.mask)
    assert "it is ********" in [event.text for event in said if event.kind is Kind.OUTPUT]
    failed = outcome.failures[0].error
    assert failed.message == "******** is wrong"
    assert failed.details == ("********",)
    assert [line.text for line in read(path) if line.what == "failed"] == ["******** is wrong"]
    assert "hunter2" not in path.read_text() + "".join(event.text for event in said)


def change(key: str, old: Any, new: Any, **more: Any) -> Change:
    return Change(machine="web", key=key, old=old, new=new, effect=Effect.LIVE, **more)


def test_a_plan_shows_what_changes_and_no_secret() -> None:
    found = (
        change("container.env.API_TOKEN", "old-token", "new-token"),
        change("ssh.password", None, "of-login"),
        change("graphics.password_file", "/old", "/new"),
        change("hostname", "is-of-project", "plain", reason="of-project is taken", refused="of-project"),
        change("aliases", ["a", {"b": "of-project"}], 5),
    )
    machine = MachinePlan(name="web", provider="fake", action=Action.CHANGE, changes=found)
    shop = Project(project="shop", sensitive=["of-project"], machines={"web": WEB})
    made = covered(Plan(machines=(machine,), steps=()), shop)

    assert [(each.old, each.new, each.reason, each.refused) for each in made.machines[0].changes] == [
        (COVER, COVER, "", ""),
        (None, COVER, "", ""),
        ("/old", "/new", "", ""),
        (f"is-{COVER}", "plain", f"{COVER} is taken", COVER),
        (["a", {"b": COVER}], 5, "", ""),
    ]
