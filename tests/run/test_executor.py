"""One step at a time: what is called, in which order, and what is left when it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from serai.plan.diff import Change
from serai.plan.steps import MOUNTS, Act, step
from serai.plan.up import Action, MachinePlan
from serai.providers.contract import Effect, Image, Materials, Observed, SshEndpoint, State
from serai.run.events import Event, Kind
from serai.run.executor import Executor
from serai.run.scheduler import Cancel
from serai.run.workspace import Workspace
from serai.spec.cpu import Cpu
from serai.spec.hook import Event as Moment
from serai.spec.hook import Hook
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Shell
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

Pretend = Callable[..., Workspace]


class Line:
    """A way into a machine; it notes when it is closed."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def close(self) -> None:
        self.log.append("close")


OF_CONTAINERS = ("await_ready", "binds", "discard", "fetch", "settles", "undo_create")
"""What only providers of containers have."""


class Engine:
    """A provider that notes what it is told, and refuses what it is told to refuse."""

    def __init__(self, refuses: str = "", graceful: bool = True) -> None:
        self.log: list[str] = []
        self.refuses = refuses
        self.graceful = graceful

    def __getattr__(self, act: str) -> Callable[..., bool]:
        if act in OF_CONTAINERS:
            raise AttributeError(act)

        def do(*words: object, **options: object) -> bool:
            self.log.append(act)
            if act == self.refuses:
                raise SeraiError(Code.FAILED, f"no {act} today")
            return self.graceful

        return do


def executor(workspace: Workspace, engine: Engine, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Executor:
    monkeypatch.setattr(workspace, "provider", lambda name: engine)
    monkeypatch.setattr("serai.guest.connect.connect", lambda endpoint, *, name: Line(engine.log))
    made = Executor(workspace, emit=options.pop("emit", lambda event: None), cancel=Cancel(), **options)
    monkeypatch.setattr(made.stock, "of", lambda machine, progress: Materials())
    return made


@pytest.fixture
def shop(pretend: Pretend) -> Workspace:
    return pretend(Machine(name="web"))


@pytest.mark.parametrize(
    ("act", "to_disk", "expected"),
    [
        (Act.STOP, False, ["endpoint", "close", "stop"]),
        (Act.DESTROY, False, ["endpoint", "close", "destroy"]),
        (Act.SUSPEND, True, ["endpoint", "close", "suspend"]),
        (Act.SUSPEND, False, ["suspend"]),
    ],
)
def test_the_shared_connection_is_closed_before_its_guest_goes(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch, act: Act, to_disk: bool, expected: list[str]
) -> None:
    engine = Engine()
    executor(shop, engine, monkeypatch, to_disk=to_disk).do(step(act, "web"))
    assert engine.log == expected


def test_a_machine_without_a_way_in_can_go_all_the_same(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(refuses="endpoint")
    executor(shop, engine, monkeypatch).do(step(Act.DESTROY, "web"))
    assert engine.log == ["endpoint", "destroy"]


def test_the_way_in_is_opened_once_a_run_and_anew_after_a_stop(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = executor(shop, Engine(), monkeypatch)
    first = made.way_in("web")
    assert made.way_in("web") is first
    made.do(step(Act.STOP, "web"))
    assert made.way_in("web") is not first


def test_a_failed_create_is_undone_and_its_own_error_told(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(refuses="create")
    with pytest.raises(SeraiError, match="no create today"):
        executor(shop, engine, monkeypatch).do(step(Act.CREATE, "web"))
    assert engine.log == ["create", "destroy"]


def test_a_guest_that_had_to_be_cut_off_is_told(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert executor(shop, Engine(), monkeypatch).do(step(Act.STOP, "web")) == ""
    assert "power was cut" in executor(shop, Engine(graceful=False), monkeypatch).do(step(Act.STOP, "web"))
    assert executor(shop, Engine(graceful=False), monkeypatch, force=True).do(step(Act.STOP, "web")) == ""


def test_hooks_fire_around_their_step(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = {Moment.BEFORE_STOP: [Hook(run="echo before")], Moment.AFTER_STOP: [Hook(run="echo after")]}
    said: list[Event] = []
    stop = step(Act.STOP, "web")
    made = executor(
        pretend(Machine(name="web", hooks=hooks)), Engine(), monkeypatch, steps=[stop], emit=said.append
    )
    made.do(stop)
    assert [event.text for event in said if event.kind is Kind.OUTPUT] == ["before", "after"]


def test_a_machine_that_the_file_no_longer_names_is_the_one_that_was_applied(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Machine(name="old", cpu=Machine(name="x").cpu, env={"A": "b"})
    seen = {"old": Observed(name="old", provider="fake", state=State.RUNNING, applied=old)}
    made = executor(shop, Engine(), monkeypatch, observed=seen)
    assert made._machine("old") == old
    assert made._machine("unknown") == Machine(name="unknown")


def test_a_cancelled_run_ends_at_the_next_word_of_progress(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    made = executor(shop, engine, monkeypatch)
    monkeypatch.setattr(engine, "start", lambda machine, materials, progress: progress("copying"), raising=False)
    made.cancel.set()
    with pytest.raises(SeraiError, match="interrupted"):
        made.do(step(Act.START, "web"))


class Guest(Line):
    """A guest whose kernel has room for so many CPUs; None: it cannot be asked."""

    def __init__(self, log: list[str], room: str | None) -> None:
        super().__init__(log)
        self.room = room

    def run(self, command: str, **options: object) -> Result:
        if self.room is None:
            raise SeraiError(Code.FAILED, "no answer")
        return Result(["sh"], 0, self.room, "")


@pytest.mark.parametrize(
    ("room", "effect", "told"),
    [
        ("0-3", Effect.LIVE, "cpu.count"),
        ("", Effect.LIVE, "cpu.count"),
        (None, Effect.LIVE, "cpu.count"),
        (
            "0-1",
            Effect.RESTART,
            "cpu.count waits for a restart: the guest's kernel has set its CPUs to 2 at its start",
        ),
    ],
)
def test_more_cpus_than_the_kernel_takes_wait_for_a_restart(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch, room: str | None, effect: Effect, told: str
) -> None:
    shop, engine, applied = pretend(Machine(name="web", cpu=Cpu(count=4, max=4))), Engine(), {}
    change = Change(machine="web", key="cpu.count", old=2, new=4, effect=Effect.LIVE)
    plan = MachinePlan(name="web", provider="fake", action=Action.CHANGE, changes=(change,))
    engine.endpoint = lambda name: SshEndpoint(host="127.0.0.1", port=1, user="root", key=None)
    engine.apply = lambda machine, keys, progress, materials: applied.update(keys)
    made = executor(shop, engine, monkeypatch, plans={"web": plan})
    monkeypatch.setattr("serai.guest.connect.connect", lambda endpoint, *, name: Guest(engine.log, room))
    text = made.do(step(Act.APPLY, "web"))
    assert applied["cpu.count"].effect is effect
    assert text.startswith(told)


def test_into_a_new_box_goes_what_everybody_has_and_into_another_image_nothing(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = pretend(Machine(name="web"))
    engine = Engine()
    way = SshEndpoint(host="127.0.0.1", port=22, user="vagrant", key=None)
    monkeypatch.setattr(engine, "endpoint", lambda name: way, raising=False)
    made = executor(workspace, engine, monkeypatch)
    machine = workspace.project.machines["web"]
    box = Image(reference="box:a/b", digest="", seed="none", login="vagrant")
    first = made._endpoint(machine, box)
    assert isinstance(first, SshEndpoint) and first.password == "vagrant" and len(first.more_keys) == 1
    assert made._endpoint(machine, Image(reference="mine", digest="", seed="none")) == way
    assert made._endpoint(machine, None) == way


def test_a_folder_that_fails_is_tried_again_by_the_next_up(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: object, **more: object) -> None:
        raise SeraiError(Code.UNSUPPORTED, "no folder today")

    engine = Engine()
    monkeypatch.setattr("serai.guest.folders.sync", refused)
    with pytest.raises(SeraiError, match="no folder today"):
        executor(shop, engine, monkeypatch).do(step(Act.SYNC, "web"))
    assert engine.log[-1] == "mark"


def test_a_block_that_fails_loses_the_mark_of_an_earlier_run(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: object, **more: object) -> None:
        raise SeraiError(Code.FAILED, "no block today")

    told = pretend(Machine(name="web", provision=[Provision(shell=Shell(inline="true"))]))
    for verb in ("create", "start"):
        getattr(told.driver("fake"), verb)(told.project.machines["web"], Materials())
    made = Executor(told, emit=lambda event: None, cancel=Cancel())
    block = step(Act.PROVISION, "web", key="shell-1")
    made.do(block)
    assert list(told.observe(["web"])["web"].marks) == ["shell-1"]
    monkeypatch.setattr("serai.provisioners.registry.run", refused)
    with pytest.raises(SeraiError, match="no block today"):
        made.do(block)
    assert not told.observe(["web"])["web"].marks


def test_what_a_folder_falls_back_to_is_told(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Event] = []
    monkeypatch.setattr("serai.guest.folders.sync", lambda *words, **more: words[-1]("copied instead"))
    executor(shop, Engine(), monkeypatch, emit=said.append).do(step(Act.SYNC, "web"))
    assert [(event.kind, event.text) for event in said] == [(Kind.NOTE, "copied instead")]


def test_a_guest_that_was_asleep_gets_no_copies_and_a_hook_no_block(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = pretend(Machine(name="web", hooks={Moment.BEFORE_SYNC: [Hook(run='echo "<$SERAI_BLOCK>"')]}))
    said: list[Event] = []
    copies: list[bool] = []
    monkeypatch.setattr("serai.guest.folders.sync", lambda *words, **more: copies.append(more["copies"]))
    for key in (MOUNTS, ""):
        item = step(Act.SYNC, "web", key=key)
        executor(told, Engine(), monkeypatch, steps=[item], emit=said.append).do(item)
    assert copies == [False, True]
    assert [event.text for event in said] == ["<>", "<>"]
