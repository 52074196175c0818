"""How a run is shown: lines elsewhere than on a terminal, columns without trailing blanks."""

from __future__ import annotations

import re

import click
import pytest

from serai.cli.report import Lines, Silent, headline, plan_lines, recap, summary
from serai.plan.diff import Change
from serai.plan.up import Action, MachinePlan, Plan
from serai.providers.contract import Effect, Forward, Mark, Observed, State
from serai.run.events import Event, Kind

IMAGE = Change(
    machine="db", key="image", old="debian:12", new="debian:13", effect=Effect.RECREATE, refused="keep is true"
)
PLAN = Plan(
    machines=(
        MachinePlan(name="web-1", provider="qemu", action=Action.CREATE),
        MachinePlan(
            name="db",
            provider="qemu",
            action=Action.NOTHING,
            changes=(
                IMAGE,
            ),
        ),
    ),
    steps=(),
    extra=("old",),
)  # fmt: skip


def test_the_headline_counts_what_will_be_done() -> None:
    assert headline("shop", PLAN) == "shop: 2 machines on qemu, plan: 1 to create"


def test_the_plan_is_one_line_a_key() -> None:
    rows = [[cell.strip() for cell in re.split(" {2,}", line)] for line in plan_lines(PLAN)]
    assert rows == [
        ["web-1", "create", "is absent"],
        ["db", "image debian:12 -> debian:13", "recreate, refused: keep is true"],
        ["old", "left alone", "not in the project file (serai destroy old)"],
    ]


def test_a_wait_is_repeated_only_when_its_reason_changes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.names(["web", "db-1"])
    for text in ("kernel", "kernel", "network"):
        lines.emit(Event(kind=Kind.PROGRESS, machine="web", step="web/ready", text=text))
    lines.emit(Event(kind=Kind.FAILED, machine="web", step="web/ready", text="no network"))
    assert click.unstyle(capsys.readouterr().err).splitlines() == [
        "web   kernel",
        "web   network",
        "web   failed  no network",
    ]


def test_an_image_that_is_not_to_be_had_is_named_and_the_error_says_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines()
    lines.names(["web-1"])
    lines.emit(
        Event(kind=Kind.FAILED, machine="web-1", step="image:none:1@amd64", text="web-1: nobody has none:1")
    )

    assert click.unstyle(capsys.readouterr().err) == "image  failed  none:1@amd64\n"


def test_silent_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    Silent().emit(Event(kind=Kind.NOTE, text="x"))
    assert capsys.readouterr().err == ""


def test_the_summary_has_state_addresses_ports_time_and_blocks() -> None:
    seen = Observed(
        name="web",
        provider="qemu",
        state=State.READY,
        addresses=("10.40.0.10",),
        forwards=(Forward(guest=22, host=2200, id="ssh"), Forward(guest=80, host=8080)),
        marks={"a": Mark(digest="d", at=1)},
    )
    found = summary({"web": seen}, ["web", "db"], {"web": 5.25}, {"web": {"a": True, "b": True, "c": False}})
    assert [click.unstyle(line) for line in found] == [
        "web  ready   10.40.0.10 ssh 2200 8080->80  5.2 s  provisioned 1 of 2",
        "db   absent",
    ]


def test_the_time_of_each_block_is_told_and_several_are_summed_up(capsys):
    lines = Lines()
    lines.emit(Event(kind=Kind.END, machine="web", step="web/provision:site", seconds=1.25))
    lines.emit(Event(kind=Kind.FAILED, machine="web", step="web/provision:app", text="no", seconds=0.3))
    lines.emit(Event(kind=Kind.END, machine="db", step="db/provision:site", seconds=2.0))
    assert "web  provisioned site  1.2 s" in capsys.readouterr().err
    assert [line.split() for line in recap(lines.blocks)] == [
        ["web", "site", "1.2", "s,", "app", "failed", "0.3", "s"]
    ]


@pytest.mark.parametrize(
    ("marks", "ran", "said"),
    [
        ((), [], "provisioned 0 of 2"),
        (("site", "app"), [], "provisioned 2 of 2"),
        (("site", "app", "wipe"), [("wipe", True, 1.0)], "provisioned 3 of 3"),
        (("site", "app"), [("app", False, 1.0)], "provisioned 1 of 2, app failed"),
        (("site", "app"), [("app", False, 1.0), ("app", True, 1.0)], "provisioned 2 of 2"),
        (("site",), [("wipe", False, 1.0)], "provisioned 1 of 2, wipe failed"),
    ],
)
def test_blocks_are_counted_that_are_done_unasked_and_not_those_that_failed_now(marks, ran, said):
    blocks = {"site": True, "app": True, "wipe": False}
    seen = Observed(
        name="web", provider="fake", state=State.READY, marks={key: Mark(digest="d", at=1) for key in marks}
    )
    (line,) = summary({"web": seen}, ["web"], {}, {"web": blocks}, {"web": ran})
    assert click.unstyle(line).partition("  prov")[2] == said.removeprefix("prov")
