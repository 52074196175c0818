"""serai host passthrough: give devices of the host to guests, now and at each boot."""

from __future__ import annotations

import click

from serai.cli.host_common import reach_of, where


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@where
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change, and end with 2 when something would.")
@click.option("--force", is_flag=True, help="Also what the host is reached by: its screen, its network card.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def passthrough(
    addresses: tuple[str, ...], root: str, yes: bool, dry_run: bool, force: bool, as_json: bool
) -> int:
    """Take devices from the host's drivers for guests, each with all functions of its slot.

    ADDRESS is as `serai host devices` has it (01:00.0). Devices that share a group are named together.
    What the host runs on is refused. `serai host undo passthrough-ADDRESS` gives a device back to its driver.
    """
    from serai.cli.host_tune import Work, carry_out
    from serai.host.apply import needed
    from serai.host.devices.inventory import inventory
    from serai.host.devices.passthrough import plan
    from serai.host.facts.host import Facts
    from serai.host.facts.source import Source, Unknown
    from serai.util.errors import Code, SeraiError

    reach = reach_of(root)
    facts = Facts(Source(reach=reach))
    try:
        given = plan(facts, inventory(facts), addresses, force)
    except Unknown as error:
        raise SeraiError(Code.FAILED, f"{reach.name}: {error.read}: {error.why}") from error
    work = [Work(each.id, "", each.changes, tuple(needed(reach, each.changes)), each.notes) for each in given]
    return carry_out(reach, work, yes, dry_run, as_json, command=("passthrough", *addresses))
