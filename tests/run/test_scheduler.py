"""Steps run in parallel along their edges; a failure stops only what needs it."""

import threading
from pathlib import Path

import pytest

from serai.plan.steps import Act, Step, step
from serai.run.events import Event, Kind
from serai.run.journal import Journal, read
from serai.run.scheduler import Cancel, Outcome, run_steps
from serai.util.errors import Code, SeraiError


def go(steps: list[Step], do: object, tmp_path: Path, **more: object) -> tuple[Outcome, list[Event]]:
    events: list[Event] = []
    with Journal(tmp_path / "journal.jsonl", "up") as journal:
        outcome = run_steps(
            steps,
            do,  # type: ignore[arg-type]
            journal=journal,
            emit=events.append,
            cancel=more.pop("cancel", Cancel()),  # type: ignore[arg-type]
            **more,  # type: ignore[arg-type]
        )
    return outcome, events


def test_a_step_runs_after_what_it_needs(tmp_path: Path) -> None:
    order: list[str] = []
    steps = [step(Act.START, "web", "web/create"), step(Act.CREATE, "web")]

    def do(item: Step) -> str:
        order.append(item.id)
        return ""

    outcome, _ = go(steps, do, tmp_path)
    assert order == ["web/create", "web/start"]
    assert outcome.done == order


def test_independent_steps_run_at_the_same_time(tmp_path: Path) -> None:
    barrier = threading.Barrier(3, timeout=10)

    def do(item: Step) -> str:
        barrier.wait()
        return ""

    outcome, _ = go([step(Act.CREATE, f"m{i}") for i in range(3)], do, tmp_path)
    assert len(outcome.done) == 3


def test_a_limit_bounds_how_many_run_at_once(tmp_path: Path) -> None:
    now, most, lock = [0], [0], threading.Lock()

    def do(item: Step) -> str:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.01)
        with lock:
            now[0] -= 1
        return ""

    steps = [step(Act.CREATE, f"m{i}") for i in range(8)]
    go(steps, do, tmp_path, limits={"qemu": 2}, group=lambda item: "qemu")
    assert most[0] == 2


def test_a_failure_skips_what_needs_it_and_nothing_else(tmp_path: Path) -> None:
    steps = [
        step(Act.CREATE, "db"),
        step(Act.START, "db", "db/create"),
        step(Act.START, "web", "db/start"),
        step(Act.CREATE, "lone"),
    ]

    def do(item: Step) -> str:
        if item.id == "db/create":
            raise SeraiError(Code.FAILED, "no space")
        return ""

    outcome, events = go(steps, do, tmp_path)
    assert [failure.step.id for failure in outcome.failures] == ["db/create"]
    assert {item.id for item in outcome.skipped} == {"db/start", "web/start"}
    assert outcome.done == ["lone/create"]
    assert [event.text for event in events if event.kind is Kind.FAILED] == ["no space"]


def test_a_bug_in_one_step_is_an_internal_error_of_that_step(tmp_path: Path) -> None:
    def do(item: Step) -> str:
        raise ZeroDivisionError("oh")

    outcome, _ = go([step(Act.CREATE, "web")], do, tmp_path)
    error = outcome.failures[0].error
    assert error.code is Code.INTERNAL
    assert "ZeroDivisionError: oh" in error.message


def test_every_step_has_a_line_before_and_after_in_the_journal(tmp_path: Path) -> None:
    go([step(Act.CREATE, "web")], lambda item: "", tmp_path)
    assert [(line.what, line.step) for line in read(tmp_path / "journal.jsonl")] == [
        ("run", ""),
        ("do", "web/create"),
        ("done", "web/create"),
        ("end", ""),
    ]


def test_ctrl_c_begins_nothing_new_and_tells_what_runs(tmp_path: Path) -> None:
    cancel = Cancel()
    told = threading.Event()

    def do(item: Step) -> str:
        import signal

        signal.raise_signal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        while not cancel:
            threading.Event().wait(0.01)
        told.set()
        cancel.check()
        return ""

    with pytest.raises(KeyboardInterrupt):
        go([step(Act.CREATE, "web"), step(Act.START, "web", "web/create")], do, tmp_path, cancel=cancel)
    assert told.wait(5)


def test_a_step_that_finds_no_room_is_no_bug_and_not_done(tmp_path: Path) -> None:
    def do(item: Step) -> str:
        raise OSError(28, "No space left on device", f"{tmp_path}/machine.json")

    outcome, events = go([step(Act.STOP, "web")], do, tmp_path)
    assert outcome.done == []
    assert outcome.failures[0].error.code is Code.FAILED
    assert outcome.failures[0].error.message == f"{tmp_path}/machine.json: No space left on device"
    assert events[-1].kind is Kind.FAILED


def test_a_step_whose_line_finds_no_room_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    begun: list[str] = []

    def do(item: Step) -> str:
        begun.append(item.id)
        return ""

    with Journal(tmp_path / "journal.jsonl", "up") as journal:
        monkeypatch.setattr("serai.run.journal.os.write", full)
        outcome = run_steps(
            [step(Act.CREATE, "web")], do, journal=journal, emit=lambda event: None, cancel=Cancel()
        )
    assert (outcome.done, begun) == ([], [])
    assert "journal.jsonl: No space left" in outcome.failures[0].error.message
