"""status and global-status: what exists, in one bulk look at each provider."""

from __future__ import annotations

from typing import Any

import click

from serai.cli.table import coloured, columns, where


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(obj: object, names: tuple[str, ...], as_json: bool) -> int:
    """Show the machines and their states."""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    observed = workspace.observe()
    workspace.settled(observed)
    chosen = [machine.name for machine in workspace.targets(names, extra=observed)]
    if not names:
        chosen += [name for name in observed if name not in workspace.project.machines]
    if as_json:
        click.echo(document(workspace, observed, chosen))
        return 0
    rows = [_row(name, workspace.project.machines.get(name), observed.get(name)) for name in chosen]
    for line in columns(rows):
        click.echo(line)
    _hints(workspace, observed, chosen)
    return 0


def _row(name: str, machine: Any, seen: Any) -> tuple[str, ...]:
    from serai.providers.contract import State

    state = seen.state if seen else State.ABSENT
    provider = seen.provider if seen else machine.provider
    note = ""
    if seen and seen.problem:
        note = seen.problem
    elif seen and seen.pending:
        note = f"{', '.join(sorted(seen.pending))}: waits for a restart (serai reload {name})"
    elif machine is None:
        note = f"not in the project file (serai destroy {name})"
    return (name, coloured(state), provider, where(seen), note)


def _hints(workspace: Any, observed: Any, chosen: list[str]) -> None:
    absent = [name for name in chosen if name not in observed]
    if absent and len(absent) == len(chosen):
        click.echo("next: serai up", err=True)


def document(workspace: Any, observed: Any, chosen: list[str]) -> str:
    """`{"project": …, "machines": {NAME: {…}}}`, the stable form of `status --json`."""
    import msgspec

    machines = {name: describe(workspace.project.machines.get(name), observed.get(name)) for name in chosen}
    body = {"project": workspace.scope.project, "machines": machines}
    return msgspec.json.format(msgspec.json.encode(body)).decode()


def describe(machine: Any, seen: Any) -> dict[str, Any]:
    """One machine of `status --json`."""
    if seen is None:
        return {
            "state": "absent",
            "provider": machine.provider,
            "native_state": "",
            "addresses": [],
            "forwards": [],
            "in_file": True,
        }
    return {
        "state": seen.state,
        "provider": seen.provider,
        "native_state": seen.native_state,
        "addresses": seen.addresses,
        "forwards": [
            {
                "id": forward.id,
                "protocol": forward.protocol,
                "host_ip": forward.host_ip,
                "host": forward.host,
                "guest": forward.guest,
            }
            for forward in seen.forwards
        ],
        "pending": seen.pending,
        "provisioned": sorted(key for key in seen.marks if not key.startswith("@")),
        "snapshots": seen.snapshots,
        "problem": seen.problem,
        "in_file": machine is not None,
    }


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
        body.append({"project": scope.project, "root": str(scope.root), "name": name, **describe(None, seen)})
    if as_json:
        import msgspec

        for entry in body:
            entry.pop("in_file", None)
        click.echo(msgspec.json.format(msgspec.json.encode({"machines": body})).decode())
        return 0
    if not rows:
        click.echo("no machines of serai's on this host", err=True)
    for line in columns(rows):
        click.echo(line)
    return 0
