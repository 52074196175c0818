"""Columns without trailing blanks, whatever the colours."""

from __future__ import annotations

import click

from serai.cli.table import coloured, columns, where
from serai.providers.contract import Forward, Observed, State


def test_styles_do_not_count_as_width() -> None:
    assert [click.unstyle(line) for line in columns([(click.style("a", fg="red"), "b"), ("ccc", "d")])] == [
        "a    b",
        "ccc  d",
    ]


def test_a_state_has_its_colour() -> None:
    assert coloured("failed") == click.style("failed", fg="red")
    assert coloured("absent") == "absent"


def test_no_rows_are_no_lines() -> None:
    assert columns([]) == []


def test_addresses_come_before_forwards() -> None:
    forwards = (Forward(guest=22, host=2200, id="ssh"), Forward(guest=80, host=8080))
    seen = Observed(name="w", provider="qemu", state=State.READY, addresses=("10.40.0.9",), forwards=forwards)
    assert where(seen) == "10.40.0.9 ssh 2200 8080->80"
    assert where(None) == ""
