"""serai host setup: give a host a role: packages, services, groups, exports; then look whether it works."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from serai.cli.host_common import REMOTE, reach_of, there, where
from serai.cli.host_tune import Work, carry_out
from serai.cli.output import print_json
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.host.reach.contract import Reach
    from serai.host.setup.asked import Asked
    from serai.host.setup.nfs_proof import Proof
    from serai.host.setup.roles import RoleSetup


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from serai.host.setup.roles import ROLES

    return [ident for ident in ROLES if ident.startswith(incomplete)]


@click.command()
@click.argument("role", required=False, shell_complete=_complete)
@click.option("--user", default="", metavar="NAME", help="Who shall use it [default: who called sudo or logs in].")
@click.option("--path", default="/exports/data", metavar="DIR", help="Of nfs-storage: the directory to export.")
@click.option("--clients", default="", metavar="NETS", help="Of nfs-storage: who may mount it [default: private].")
@click.option("--memory", default="", metavar="SIZE", help="Of xen-dom0: its memory [default: an eighth].")
@click.option("--cpus", default=0, metavar="N", help="Of xen-dom0: its processors [default: half, at most 4].")
@click.option(
    "--bridge", default="", metavar="NAME", help="Of xen-dom0: what guests join; none [default: xenbr0]."
)
@where
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change, and end with 2 when something would.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def setup(
    role: str | None,
    user: str,
    path: str,
    clients: str,
    memory: str,
    cpus: int,
    bridge: str,
    root: str,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Give a host a role: install packages, start services, join groups; each shown before, and undone by
    `serai host undo setup-ROLE`.

    Without a ROLE: list the roles, and what each misses here.
    """
    from serai.host.setup.asked import PRIVATE, Asked
    from serai.host.setup.roles import role_of

    reach = reach_of(root, reads=dry_run or role is None)
    asked = Asked(
        user=user or _caller(root),
        path=path,
        clients=clients or PRIVATE,
        memory=_size(memory),
        cpus=cpus,
    )
    if role is None:
        return _list(reach, asked, as_json)
    row = role_of(role)
    work = [_plan(reach, row, asked), *_bridge(reach, row, bridge)]
    if not reach.live and not dry_run:
        hint = f"serai host setup {role} -n --root {root} shows what is missing there"
        raise SeraiError(Code.UNSUPPORTED, f"nothing can be installed in {root}: it is a tree of files", hint=hint)
    return carry_out(reach, work, yes, dry_run, as_json, lambda: _look(reach, row, asked, as_json))


def _size(text: str) -> int:
    from serai.util.units import parse_size

    try:
        return parse_size(text) if text else 0
    except ValueError as error:
        raise SeraiError(Code.INPUT, f"--memory {text}: {error}", hint="--memory 2GiB") from error


def _bridge(reach: Reach, row: RoleSetup, name: str) -> list[Work]:
    """The tuning that makes the bridge; where the uplink is on one, or cannot be moved, the reason as a note."""
    from serai.cli.host_tune import plan
    from serai.host.tunings.tuning import Asked as AskedOfTuning

    name = name or row.bridge
    if not row.bridge or name == "none":
        return []
    try:
        return [plan(reach, f"bridge={name}", AskedOfTuning())]
    except SeraiError as error:
        return [Work("bridge", name, (), (), (f"not made: {error.message}; guests join what uplink: names",))]


def _caller(root: str) -> str:
    """Who called sudo, here; of a host elsewhere, whose login it is."""
    if root.startswith(REMOTE):
        return root.removeprefix(REMOTE).rpartition("@")[0]
    return os.environ.get("SUDO_USER", "")


def _plan(reach: Reach, row: RoleSetup, asked: Asked) -> Work:
    from serai.host.apply import needed
    from serai.host.facts.host import Facts
    from serai.host.facts.source import Source, Unknown

    try:
        planned = row.plan(Facts(Source(reach=reach)), asked)
    except Unknown as error:
        hint = f"serai host check -v shows what is known of {reach.name}"
        raise SeraiError(Code.FAILED, f"setup-{row.id}: {error.read}: {error.why}", hint=hint) from error
    return Work(f"setup-{row.id}", "", planned.changes, tuple(needed(reach, planned.changes)), planned.notes)


def _look(reach: Reach, row: RoleSetup, asked: Asked, as_json: bool) -> dict[str, Any]:
    """Run the checks of the role, and mount its export; show them, and give them."""
    from serai.cli.host import check_lines
    from serai.host.checks.examine import ROWS, check
    from serai.host.facts.host import Facts
    from serai.host.facts.source import Source
    from serai.host.wants import Role, Wants

    wants = Wants(roles=frozenset(role for role in (Role.NFS_STORAGE, Role.XEN_DOM0) if role == row.id))
    found = check([ROWS[ident] for ident in row.checks], Facts(Source(reach=reach), wants))
    results = [structs.replace(each, next=there(each.next)) for each in found]
    proof = _prove(reach, row, asked)
    if not as_json:
        for line in check_lines(results):
            click.echo(line)
        if proof:
            word = click.style("proved", fg="green") if proof.proved else click.style("not proved", fg="yellow")
            click.echo(f"{word}  {asked.path}: {proof.seen or proof.why}")
    return {"checks": results, **({"proof": proof} if proof else {})}


def _prove(reach: Reach, row: RoleSetup, asked: Asked) -> Proof | None:
    from serai.host.setup.nfs_proof import prove

    return prove(reach, asked.path) if row.id == "nfs-storage" else None


def _list(reach: Reach, asked: Asked, as_json: bool) -> int:
    """Every role: done by serai, complete, what it misses here, or why it cannot be had."""
    from serai.host.ledger import Ledger
    from serai.host.setup.roles import ROLES

    done = {record.id: record for record in Ledger(reach).all()}
    rows = [(ident, row.title, _state(reach, row, asked, done)) for ident, row in ROLES.items()]
    if as_json:
        print_json({"roles": [dict(zip(("id", "title", "state"), row, strict=True)) for row in rows]})
    else:
        for line in columns(rows):
            click.echo(line)
    return 0


def _state(reach: Reach, row: RoleSetup, asked: Asked, done: dict[str, Any]) -> str:
    from serai.host.changes.package import PackageInstall

    record = done.get(f"setup-{row.id}")
    since = f"set up {record.at[:10]}" if record else ""
    try:
        work = _plan(reach, row, asked)
    except SeraiError as error:
        return error.message
    missing = [
        " ".join(each.missing(reach)) if isinstance(each, PackageInstall) else each.title() for each in work.needed
    ]
    return "; ".join([part for part in (since, *missing) if part]) or "nothing is missing"
