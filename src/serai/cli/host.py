"""serai host: the group, and `check`: what stands between this host and good virtualization."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from serai.cli.host_common import ROLES, reach_of, there, where
from serai.cli.output import print_json
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.host.checks.examine import Result
    from serai.host.reach.contract import Reach
    from serai.host.wants import Wants

COLOURS = {"fail": "red", "warn": "yellow", "note": "cyan", "pass": "green"}
COUNTED = {"not applicable": "do not apply"}
SLOW = "kvm.probe-guest"
"""Without KVM machines run all the same, under TCG: slowly, which is no `no`."""
SHORT = {"not applicable": "n/a"}


LATER = {
    "setup": "serai.cli.host_setup:setup",
    "tune": "serai.cli.host_tune:tune",
    "confirm": "serai.cli.host_confirm:confirm",
    "undo": "serai.cli.host_undo:undo",
    "devices": "serai.cli.host_devices:devices",
    "passthrough": "serai.cli.host_passthrough:passthrough",
}
"""Commands that are imported when they are called."""


class HostGroup(click.Group):
    """Knows its commands by name; imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in LATER:
            return super().get_command(ctx, name)
        from importlib import import_module

        module, _, attribute = LATER[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=HostGroup)
def host() -> None:
    """Look at the host that machines run on, make it better, and undo that."""


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from serai.host.checks.examine import ROWS

    return [ident for ident in ROWS if ident.startswith(incomplete)]


@host.command()
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=_complete)
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Judge it for this role.")
@click.option("--for", "project", metavar="FILE", help="Judge it for the machines of this project file.")
@click.option("--guest", metavar="NAME", help="Judge this guest, and what it lacks of its host to run guests.")
@click.option("--to", "target", default="", metavar="ADDRESS", help="Measure packets to there, not the gateway.")
@where
@click.option("-v", "--verbose", is_flag=True, help="Show what passed and what does not apply, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    ids: tuple[str, ...],
    roles: tuple[str, ...],
    project: str | None,
    guest: str | None,
    target: str,
    root: str,
    verbose: bool,
    as_json: bool,
) -> int:
    """Say what stands between this host and good virtualization; worst first.

    IDs are checks (mem.thp) or families (mem). What could not be measured is `unknown`: it is not passed.
    The exit code is 1 when something fails. `serai explain ID` tells all of a check. NAME is a machine of the
    project, a domain of libvirt's, or a destination of ssh; nest is the family that compares it with its host.
    """
    from serai.host.checks.examine import check as examined
    from serai.host.checks.examine import chosen
    from serai.host.facts.host import Facts
    from serai.host.facts.source import Source

    began = time.monotonic()
    wants = structs.replace(_wants(project, roles), target=target)
    rows = chosen(ids, wants.roles, wants if project is not None else None)
    reach = reach_of(root, reads=True)
    facts = Facts(Source(reach=reach), wants)
    if guest:
        facts = Facts(Source(reach=_guest_of(guest, reach)), wants, outer=facts)
    results = [structs.replace(each, next=there(each.next)) for each in examined(rows, facts)]
    failed = any(result.result == "fail" for result in results)
    if as_json:
        print_json({"checks": results})
        return int(failed)
    everything = verbose or bool(ids)
    shown = [each for each in results if everything or each.result not in ("pass", "not applicable")]
    for line in check_lines(shown, terminal_width()):
        click.echo(line)
    if untold := _for_want_of_python(results):
        click.echo(untold)
    click.echo(f"{_counts(results)}    {time.monotonic() - began:.2f} s")
    if project:
        click.echo(_verdict(results, wants))
    return int(failed)


def _guest_of(name: str, host: Reach) -> Reach:
    from serai.cli.host_guest import guest_of

    if not host.live:
        raise SeraiError(Code.USAGE, f"{host.name} is a tree: it runs no guest", hint="leave --root out")
    return guest_of(name, host)


def _wants(project: str | None, roles: tuple[str, ...]) -> Wants:
    from serai.host.wants import Role, Wants, wants_of

    wanted = frozenset(map(Role, roles))
    if project is None:
        return Wants(roles=wanted)
    from serai.loaders.either import load

    return wants_of(load(Path(project)), wanted)


def check_lines(results: list[Result], width: int | None = None) -> list[str]:
    """One line each: outcome, id, file and value, and what it means or what to do.

    On a terminal of `width` columns that is narrower than one of them, what to do is wrapped below the rest.
    """
    cells = []
    for each in results:
        word = SHORT.get(each.result, str(each.result))
        seen = f"{each.read}: {each.value}" if each.value else each.read
        then = "; ".join(part for part in (each.why, each.next) if part)
        cells.append((click.style(word, fg=COLOURS.get(each.result)), each.id, seen[:70], then))
    lines = columns(cells)
    if width is None or max((len(click.unstyle(line)) for line in lines), default=0) <= width:
        return lines
    return list(_narrow(cells, width))


def _narrow(cells: list[tuple[str, str, str, str]], width: int) -> Iterator[str]:
    from textwrap import wrap

    heads = columns([cell[:2] for cell in cells])
    indent = " " * (max(len(click.unstyle(cell[0])) for cell in cells) + 2)
    for head, (_, _, seen, then) in zip(heads, cells, strict=True):
        room = max(width - len(click.unstyle(head)) - 2, 10)
        yield f"{head}  {seen if len(seen) <= room else f'{seen[: room - 1]}…'}"
        yield from wrap(then, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def terminal_width() -> int | None:
    """Columns of the terminal that is written to; None: it is no terminal, and whoever reads wants lines."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _counts(results: list[Result]) -> str:
    from serai.host.checks.row import Outcome

    total = {outcome: sum(each.result == outcome for each in results) for outcome in Outcome}
    order = (Outcome.FAIL, Outcome.WARN, Outcome.NOTE, Outcome.PASS, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
    return ", ".join(f"{total[outcome]} {COUNTED.get(outcome, outcome)}" for outcome in order)


def _for_want_of_python(results: list[Result]) -> str:
    from serai.host.reach.contract import NEEDS_PYTHON

    untold = [each.id for each in results if each.result == "unknown" and NEEDS_PYTHON in each.why]
    return f"there is no Python there, so these are not known: {', '.join(untold)}" if untold else ""


def _verdict(results: list[Result], wants: Wants) -> str:
    """Yes or no; what could not be measured is no yes."""
    against = [each.id for each in results if each.result == "fail" and each.id != SLOW]
    if against:
        return f"no: {wants.project} finds this host wanting in {', '.join(against)}"
    unknown = [each.id for each in results if each.result == "unknown"]
    if unknown:
        return f"not known: nothing speaks against {wants.project}, but {', '.join(unknown)} could not be measured"
    slow = any(each.id == SLOW and each.result == "fail" for each in results)
    return f"yes: this host has what {wants.project} needs{', but guests run under TCG' if slow else ''}"
