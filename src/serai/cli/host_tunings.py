"""serai host tune without a name: what there is, what would change here, what is applied, and how that stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from serai.cli.host_common import COLOURS, there
from serai.cli.output import print_json
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.cli.host_tune import Work
    from serai.host.changes.change import Seen
    from serai.host.ledger import Record
    from serai.host.reach.contract import Reach
    from serai.host.tunings.tuning import Asked, Tuning

HEADS = {
    "to change": "Would change something here:",
    "applied": "Applied:",
    "asks": "Have to be told what you want:",
    "nothing to do": "Nothing to do here:",
    "not here": "Not for this host:",
}
"""State of a tuning -> what stands above those that are in it, in this order."""
ASKS = {
    "for": "--for SIZE|FILE",
    "interface": "--interface LINK",
    "value": "=VALUE",
}


class Row(NamedTuple):
    id: str
    title: str
    state: str
    detail: str
    changes: int = 0
    seen: tuple[Seen, ...] = ()


def listed(reach: Reach, asked: Asked, as_json: bool) -> int:
    """Print every tuning. Always 0: nothing was asked for that could fail."""
    from serai.host.ledger import Ledger
    from serai.host.tunings.known import TUNINGS

    hidden = ""
    try:
        records = {record.id: record for record in Ledger(reach).all()}
    except SeraiError as error:
        if error.code is not Code.REFUSED:
            raise
        records, hidden = {}, error.message
    rows = [_row(reach, row, asked, records.get(row.id)) for row in TUNINGS.values()]
    if as_json:
        print_json({"tunings": [_as_json(row) for row in rows], "hidden": hidden})
        return 0
    for line in _lines(rows):
        click.echo(line)
    if hidden:
        click.echo(f"\nWhat was applied is not to be seen: {hidden}", err=True)
    shows = there("serai host tune NAME")
    click.echo(f"\n{shows} shows it as a diff and asks; serai explain NAME says why, and when not to.")
    return 0


def _row(reach: Reach, row: Tuning, asked: Asked, record: Record | None) -> Row:
    if record is not None:
        return _applied(reach, row, record)
    told = {"for": bool(asked.memory or asked.wants.project), "interface": bool(asked.interface)}
    missing = [ASKS.get(each, f"--{each}") for each in row.asks if not told.get(each, False)]
    if missing:
        return Row(row.id, row.title, "asks", " ".join(missing))
    from serai.cli.host_tune import plan

    try:
        work = plan(reach, row.id, asked)
        if work.needed:
            return Row(row.id, row.title, "to change", _first(reach, work), len(work.needed))
    except SeraiError as error:
        return Row(row.id, row.title, "not here", error.message)
    return Row(row.id, row.title, "nothing to do", work.notes[0] if work.notes else "it is as it should be")


def _first(reach: Reach, work: Work) -> str:
    """The first change, and how many more there are."""
    change = work.needed[0]
    lines = change.diff(reach)
    shown = lines[0] if lines and " -> " in lines[0] else change.title()
    more = len(work.needed) - 1
    return f"{shown}, and {more} more" if more else shown


def _applied(reach: Reach, row: Tuning, record: Record) -> Row:
    from serai.host.apply import states

    seen = tuple(states(reach, record))
    when = f"{record.at[:10]}{f', {record.value}' if record.value else ''}"
    if not record.finished:
        detail = f"{click.style('did not end', fg='red')}: {there(f'serai host tune {row.id}')} goes on"
        return Row(row.id, row.title, "applied", f"{when}: {detail}", len(record.steps), seen)
    for state in ("lost", "pending"):
        found = next((each for each in seen if each.state == state), None)
        if found:
            word = click.style(state, fg=COLOURS[state])
            why = f"waits for {found.why}" if state == "pending" and found.why else found.why
            return Row(row.id, row.title, "applied", f"{when}: {word}, {why or found.read}", len(seen), seen)
    return Row(row.id, row.title, "applied", f"{when}: {click.style('done', fg=COLOURS['done'])}", len(seen), seen)


def _lines(rows: Iterable[Row]) -> Iterable[str]:
    """Grouped by state, the columns of all groups alike."""
    order = list(HEADS)
    there = sorted(rows, key=lambda row: order.index(row.state))
    cells = columns([(f"  {row.id}", row.title, row.detail) for row in there])
    state = ""
    for row, line in zip(there, cells, strict=True):
        if row.state != state:
            yield f"{chr(10) if state else ''}{HEADS[row.state]}"
            state = row.state
        yield line


def _as_json(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "detail": click.unstyle(row.detail),
        "changes": row.changes,
        "now": row.seen,
    }
