"""The terminal's view: a row a machine while it has something to do, and whom it waits for."""

from __future__ import annotations

import pytest
from rich.console import Console

from serai.cli.live import Live
from serai.plan.steps import Act, step
from serai.run.events import Event, Kind


@pytest.fixture
def live() -> Live:
    report = Live()
    report.follow(
        [step(Act.CREATE, "db"), step(Act.CREATE, "web"), step(Act.START, "web", "web/create", "db/create")]
    )
    for name in ("db", "web"):
        report.emit(Event(kind=Kind.BEGIN, machine=name, step=f"{name}/create", text="creating"))
    return report


def rows(report: Live) -> dict[str, str]:
    return {name: text for name, (text, _) in report._rows.items()}


def test_a_machine_that_waits_for_another_says_for_which(live: Live) -> None:
    live.emit(Event(kind=Kind.END, machine="web", step="web/create"))
    assert rows(live) == {"db": "creating", "web": "after db"}


def test_a_machine_that_has_nothing_left_leaves_the_table(live: Live) -> None:
    live.emit(Event(kind=Kind.END, machine="db", step="db/create"))
    assert rows(live) == {"web": "creating"}


def test_a_failed_machine_leaves_the_table_and_is_told(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    live.emit(Event(kind=Kind.FAILED, machine="db", step="db/create", text="no space"))
    assert "db" not in rows(live)
    assert "no space" in capsys.readouterr().err


def test_what_a_guest_writes_has_no_power_over_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Live() as report:
        report.emit(Event(kind=Kind.OUTPUT, machine="db", text="one\x1bctwo\x9b2J"))
    assert "| onetwo2J" in capsys.readouterr().err


def test_a_phrase_is_no_markup(live: Live) -> None:
    live.emit(Event(kind=Kind.PROGRESS, machine="db", text="copying [/etc]\x1bc"))
    console = Console(width=80)
    with console.capture() as shown:
        console.print(live._table())
    assert "copying [/etc]" in shown.get()
    assert "\x1b" not in shown.get()
