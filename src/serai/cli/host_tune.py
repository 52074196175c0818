"""serai host tune: plan, show, ask, do, read back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from serai.cli.host_common import ROLES, TO_DO, changes, confirm, reach_of, seen_cells, there, where
from serai.cli.host_tunings import listed
from serai.cli.output import print_json
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.host.changes.change import Change, Seen
    from serai.host.reach.contract import Reach
    from serai.host.tunings.tuning import Asked


class Work(NamedTuple):
    """What is to be done under one name."""

    id: str
    value: str
    changes: tuple[Change, ...]
    needed: tuple[Change, ...]
    notes: tuple[str, ...]
    must_confirm: bool = False


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from serai.host.tunings.known import TUNINGS

    return [ident for ident in TUNINGS if ident.startswith(incomplete)]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME[=VALUE]]...", shell_complete=_complete)
@click.option(
    "--for", "wanted", metavar="SIZE|FILE", help="Memory of guests (24GiB), or a project file that says it."
)
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="All tunings of this role.")
@click.option("--page-size", metavar="SIZE", help="Of huge pages: 2MiB or 1GiB [default: the host's].")
@click.option("--interface", default="", metavar="LINK", help="The network card that is meant.")
@click.option("--within", default=60.0, metavar="SECONDS", help="Time to confirm a change of the network.")
@where
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change, and end with 2 when something would.")
@click.option("--force", is_flag=True, help="Do what is refused for safety.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tune(
    names: tuple[str, ...],
    wanted: str | None,
    roles: tuple[str, ...],
    page_size: str | None,
    interface: str,
    within: float,
    root: str,
    yes: bool,
    dry_run: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Make a host better: show the changes as a diff, ask, do them, and read back what the kernel really gave.

    Without a NAME: list the tunings, and what each would change here. `serai explain NAME` says why.
    """
    from serai.host.bridging.timer import left_behind
    from serai.host.tunings.tuning import Asked
    from serai.util.units import parse_size

    if names and roles:
        raise SeraiError(Code.USAGE, "a NAME and --role: one of them", hint="serai host tune --help")
    memory, wants = _wanted(wanted)
    asked = Asked(
        memory=memory,
        wants=wants,
        page_size=parse_size(page_size) if page_size else 0,
        interface=interface,
        within=within,
        force=force,
    )
    reach = reach_of(root)
    if left := left_behind(reach):
        click.echo(f"note  {left}", err=True)
    if not names:
        if not roles:
            return listed(reach, asked, as_json)
        return carry_out(reach, _of_roles(reach, roles, asked), yes, dry_run, as_json)
    return carry_out(reach, [plan(reach, name, asked) for name in names], yes, dry_run, as_json)


def _wanted(text: str | None) -> tuple[int, Any]:
    """`--for`: a size, or a project file."""
    from serai.host.wants import Wants, wants_of
    from serai.util.units import parse_size

    if text is None:
        return 0, Wants()
    if Path(text).is_file():
        from serai.loaders.either import load

        return 0, wants_of(load(Path(text)))
    try:
        return parse_size(text), Wants()
    except ValueError as error:
        raise SeraiError(
            Code.INPUT, f"--for {text}: no such file, and no size: {error}", hint="24GiB, or a project file"
        ) from error


def plan(reach: Reach, name: str, asked: Asked) -> Work:
    """What one tuning, NAME or NAME=VALUE, would do. Raises SeraiError with the way out."""
    import msgspec

    from serai.host.apply import needed
    from serai.host.facts.host import Facts
    from serai.host.facts.source import Source, Unknown
    from serai.host.tunings.known import tuning

    ident, _, value = name.partition("=")
    row = tuning(ident)
    if value and not row.values:
        raise SeraiError(Code.INPUT, f"{ident} takes no value", hint=f"serai host tune {ident}")
    try:
        planned = row.plan(Facts(Source(reach=reach), asked.wants), msgspec.structs.replace(asked, value=value))
    except Unknown as error:
        raise SeraiError(
            Code.FAILED, f"{ident}: {error.read}: {error.why}", hint=f"serai explain {ident} says what it needs"
        ) from error
    left = tuple(needed(reach, planned.changes))
    return Work(ident, value, planned.changes, left, planned.notes, planned.must_confirm)


def _of_roles(reach: Reach, roles: tuple[str, ...], asked: Asked) -> list[Work]:
    """All tunings of some roles; one that cannot be done here says why, and keeps the others from nothing."""
    from serai.host.tunings.known import of_role
    from serai.host.wants import Role

    chosen = {ident: value for role in roles for ident, value in of_role(Role(role)).items()}
    if not chosen:
        raise SeraiError(Code.INPUT, f"no tuning belongs to {', '.join(roles)}", hint="serai host tune lists them")
    work = []
    for ident, value in chosen.items():
        try:
            work.append(plan(reach, f"{ident}={value}" if value else ident, asked))
        except SeraiError as error:
            work.append(Work(ident, value, (), (), (f"{ident}: not done: {error}",)))
    return work


def carry_out(
    reach: Reach,
    work: list[Work],
    yes: bool,
    dry_run: bool,
    as_json: bool,
    then: Callable[[], dict[str, Any]] = dict,
    command: tuple[str, ...] = (),
) -> int:
    """Show, ask, do, read back. The exit code is 1 when something is not what was asked for.

    `then` is called when all is done; what it gives is in the JSON, too. `command`: behind `serai host`, where
    it is not `tune` with the ids.
    """
    from serai.host.apply import do, settle, unfinished
    from serai.host.apply import seen as read_back

    killed = {each.id for each in work if unfinished(reach, each.id)}
    if not as_json:
        _show(reach, work)
        for ident in sorted(killed):
            click.echo(f"{ident}: a run that did not end is finished, or put back")
    to_do = bool(killed) or any(each.needed for each in work)
    if dry_run:
        if as_json:
            print_json({"tunings": [_as_json(reach, each, []) for each in work]})
        return TO_DO if to_do else 0
    if to_do:
        confirm(yes, f"Change {reach.name}?", "nothing was changed")
    tell = (lambda line: click.echo(line, err=True)) if not as_json else (lambda line: None)
    ids = [each.id for each in work]
    verb, *names = command or ("tune", *ids)
    with changes(reach, verb, names, ids) if to_do else nullcontext():
        for each in work:
            if each.must_confirm and reach.live:
                _guarded(reach, each, yes)
            elif each.changes or each.id in killed:
                do(reach, each.id, each.value, each.changes, tell)
        settle(reach, ids, tell)
        results = [(each, [read_back(reach, change) for change in each.changes]) for each in work]
    if as_json:
        print_json({"tunings": [_as_json(reach, each, seen) for each, seen in results], **then()})
    else:
        for line in columns([seen_cells(each.id, one) for each, seen in results for one in seen]):
            click.echo(line)
        then()
    return int(any(one.state == "lost" for _, seen in results for one in seen))


def _guarded(reach: Reach, work: Work, yes: bool) -> None:
    """What is told goes to stderr in any case: of an SSH session it is the data that shows that it lives."""
    import os

    from serai.host.bridging.evidence import session
    from serai.host.bridging.guarded import tune as guarded
    from serai.host.reach.local import Local

    login = session(reach, os.environ, os.getpid()) if isinstance(reach, Local) else None
    if not yes:
        other = there("`serai host confirm` from a new login")
        click.echo(f"Enter keeps it; so does {other}. Else it is undone.", err=True)
    guarded(reach, work.value, work.changes, lambda line: click.echo(line, err=True), _enter, login, yes)


def _enter(seconds: float) -> bool:
    """Whether somebody pressed Enter within these seconds; it is waited for, terminal or not."""
    import select
    import sys

    watched = [sys.stdin] if sys.stdin.isatty() else []
    if not select.select(watched, [], [], seconds)[0]:
        return False
    return sys.stdin.readline() != ""


def _show(reach: Reach, work: list[Work]) -> None:
    for each in work:
        if not each.needed:
            click.echo(f"{each.id}: nothing to do")
        for note in each.notes:
            click.echo(f"{each.id}: note: {there(note)}")
        for change in each.needed:
            click.echo(f"{each.id}: {change.title()}")
            for line in change.diff(reach):
                colour = {"+": "green", "-": "red"}.get(line[:1])
                click.echo(f"    {click.style(line, fg=colour)}")


def _as_json(reach: Reach, work: Work, seen: list[Seen]) -> dict[str, Any]:
    return {
        "id": work.id,
        "value": work.value,
        "notes": [there(note) for note in work.notes],
        "changes": [{"title": each.title(), "diff": each.diff(reach)} for each in work.needed],
        "result": seen,
    }
