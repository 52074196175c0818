"""serai stats: what containers take now."""

from __future__ import annotations

from typing import Any

import click


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def stats(obj: object, names: tuple[str, ...], as_json: bool) -> int:
    """Show what containers take now: CPU, memory, network, processes. Those that do not run are left out."""
    from serai.cli.table import columns
    from serai.run.reach import usage
    from serai.run.workspace import open_workspace
    from serai.util.units import format_size

    workspace = open_workspace(obj)
    workspace.settled(workspace.observe())
    found: dict[str, Any] = usage(workspace, [machine.name for machine in workspace.targets(names)])
    if as_json:
        from serai.cli.output import print_json

        print_json({"machines": found})
        return 0
    rows: list[tuple[str, ...]] = [("machine", "cpu", "memory", "limit", "received", "sent", "processes")]
    if not found:
        click.echo("no machine runs", err=True)
        return 0
    for name, each in found.items():
        sizes = (each.memory, each.memory_limit, each.received, each.sent)
        shown = [format_size(size // 1024 * 1024) if size >= 1024 else f"{size} B" for size in sizes]
        rows.append((name, f"{each.cpu:g} %", *shown, str(each.pids)))
    for line in columns(rows):
        click.echo(line)
    return 0
