"""status and global-status: what exists, in one bulk look at each provider."""

from __future__ import annotations

import click

from serai.cli.states import beside
from serai.cli.table import coloured, columns


@click.command("status")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--memory", is_flag=True, help="What they take of this host's memory, private and shared.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status_(obj: object, names: tuple[str, ...], memory: bool, as_json: bool) -> None:
    """Show the machines and their states."""
    if memory:
        _memory(obj, names, as_json)
        return
    from serai.cli.states import status

    status(obj, names, as_json=as_json)


def _memory(obj: object, names: tuple[str, ...], as_json: bool) -> None:
    """Of machines that are processes of this host; what those share that go on from one memory is told apart."""
    from serai.cli.output import print_json
    from serai.run.memory import of_machines, total
    from serai.run.workspace import open_workspace
    from serai.util.units import human_size

    workspace = open_workspace(obj)
    observed = workspace.observe()
    if names:
        chosen = {machine.name for machine in workspace.targets(names, extra=observed)}
        observed = {name: seen for name, seen in observed.items() if name in chosen}
    found = of_machines(workspace.scope.project_id, observed)
    together = total(found.values())
    if as_json:
        print_json({"project": workspace.scope.project, "machines": found, "total": together})
        return
    if not found:
        click.echo("no machine runs as a process of this host", err=True)
        return
    rows = [("machine", "private", "shared", "its part of all")]
    for name, each in (*found.items(), ("all", together)):
        rows.append((name, human_size(each.private), human_size(each.shared), human_size(each.proportional)))
    for line in columns(rows):
        click.echo(line)


@click.command("global-status")
@click.option("--prune", is_flag=True, help="Forget projects that have no machine and no directory any more.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def global_status(obj: object, prune: bool, as_json: bool) -> int:
    """Show the machines of all projects of this user."""
    from serai.run.workspace import everything, forget_empty

    if prune:
        for project in forget_empty():
            click.echo(f"{project}: forgotten", err=True)
    rows: list[tuple[str, ...]] = []
    body = []
    for scope, name, seen in everything():
        lost = not (scope.root / ".serai" / "project.json").exists()
        note = f"its project directory is lost (serai adopt {scope.project})" if lost else ""
        rows.append((scope.project, name, coloured(seen.state), seen.provider, str(scope.root), note))
        body.append(beside(scope, name, seen))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode({"machines": body})).decode())
        return 0
    if not rows:
        click.echo("no machines of serai's on this host", err=True)
    for line in columns(rows):
        click.echo(line)
    return 0
