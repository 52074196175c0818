"""serai host undo: put back what stood there before, from what serai wrote down on the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from serai.cli.host_common import TO_DO, changes, confirm, reach_of, seen_cells, where
from serai.cli.output import print_json
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.host.ledger import Record
    from serai.host.reach.contract import Reach


def _complete_record(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from serai.host.ledger import Ledger

    return [name for name in Ledger(reach_of("/")).names() if name.startswith(incomplete)]


@click.command()
@click.argument("names", nargs=-1, metavar="[ID]...", shell_complete=_complete_record)
@click.option("--all", "everything", is_flag=True, help="Undo all that serai changed on this host.")
@where
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "-n", "--dry-run", is_flag=True, help="Show what would be put back, and end with 2 when something would."
)
@click.option("--force", is_flag=True, help="Put back what serai found, also over what others changed since.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def undo(
    names: tuple[str, ...], everything: bool, root: str, yes: bool, dry_run: bool, force: bool, as_json: bool
) -> int:
    """Put back what stood there before, from what serai wrote down on the host; also after a reboot.

    Without an ID: list what can be undone. What somebody else changed since is shown, and stops it.
    """
    from serai.host.apply import conflicts, put_back, settle
    from serai.host.ledger import Ledger

    if everything and names:
        raise click.UsageError("--all means all changes: it takes no ID")
    reach = reach_of(root)
    records = Ledger(reach).all()
    chosen = records if everything else _records(records, names)
    if not names and not everything:
        return _list_records(reach, records, as_json)
    shown = [{"id": each.id, "undoes": _titles(each), "conflicts": conflicts(reach, each)} for each in chosen]
    if as_json and dry_run:
        print_json({"undo": shown})
    elif not as_json:
        for row in shown:
            for title in row["undoes"]:
                click.echo(f"{row['id']}: undo {title}")
            for why in row["conflicts"]:
                click.echo(f"{row['id']}: {click.style('conflict', fg='red')}: {why}")
        if not chosen:
            click.echo("nothing to undo")
    if dry_run:
        return TO_DO if chosen else 0
    if not chosen:
        if as_json:
            print_json({"undo": []})
        return 0
    confirm(yes, f"Put this back on {reach.name}?", "nothing was undone")
    tell = (lambda line: None) if as_json else (lambda line: click.echo(line, err=True))
    with changes(reach, "undo", [each.id for each in chosen]):
        for record in chosen:
            put_back(reach, record, tell, force)
        settle(reach, [record.id for record in chosen], tell)
    if as_json:
        print_json({"undo": shown})
    return 0


def _titles(record: Record) -> list[str]:
    return [step.change.title() for step in reversed(record.steps)]


def _records(records: list[Record], names: tuple[str, ...]) -> list[Record]:
    from serai.util.errors import did_you_mean

    known = {record.id: record for record in records}
    for name in names:
        if name not in known:
            near = did_you_mean(name, list(known)) or "serai host undo lists what was"
            raise SeraiError(Code.INPUT, f"{name} was not applied here", hint=near)
    return [record for record in records if record.id in names]


def _list_records(reach: Reach, records: list[Record], as_json: bool) -> int:
    from serai.host.apply import states

    if as_json:
        rows = [
            {
                "id": each.id,
                "value": each.value,
                "at": each.at,
                "finished": each.finished,
                "now": states(reach, each),
            }
            for each in records
        ]
        print_json({"applied": rows})
        return 0
    if not records:
        click.echo(f"serai changed nothing on {reach.name}")
    for record in records:
        click.echo(f"{record.id}  {record.at[:19]}Z{'' if record.finished else '  did not end'}")
        for line in columns([seen_cells("", seen) for seen in states(reach, record)]):
            click.echo(f"  {line}")
    return 0
