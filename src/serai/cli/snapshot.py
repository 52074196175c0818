"""serai snapshot save | list | restore | delete."""

from __future__ import annotations

from collections.abc import Callable

import click

from serai.providers.contract import Feature


@click.group()
def snapshot() -> None:
    """Save, list, restore and delete snapshots: disks, and memory when the machine runs."""


def _each(
    obj: object,
    names: tuple[str, ...],
    verb: str,
    snapshot_name: str,
    text: str,
    *,
    mounts: bool = True,
    replace: Callable[[str], None] | None = None,
) -> int:
    from serai.cli.report import Lines
    from serai.run.snapshots import for_each
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    emit = Lines().emit
    for machine in for_each(workspace, names, verb, snapshot_name, emit, mounts=mounts, replace=replace):
        click.echo(f"{machine}: {text} {snapshot_name}", err=True)
    return 0


@snapshot.command()
@click.argument("snapshot_name", metavar="SNAPSHOT")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-f", "--force", is_flag=True, help="In place of one that has the name.")
@click.pass_obj
def save(obj: object, snapshot_name: str, names: tuple[str, ...], force: bool) -> int:
    """Save SNAPSHOT of the machines (all of the project without names)."""

    def deleted(machine: str) -> None:
        click.echo(f"{machine}: deleted {snapshot_name}", err=True)

    return _each(obj, names, "save", snapshot_name, "saved", replace=deleted if force else None)


start_option = click.option(
    "--start/--no-start",
    default=None,
    help="Then start what is off, or stop what runs. [default: as it was saved]",
)
provision_option = click.option(
    "--provision/--no-provision", default=None, help="At the start, run all blocks again, or none."
)


@snapshot.command()
@click.argument("snapshot_name", metavar="SNAPSHOT")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@start_option
@provision_option
@click.pass_obj
def restore(
    obj: object, snapshot_name: str, names: tuple[str, ...], start: bool | None, provision: bool | None
) -> int:
    """Go back to SNAPSHOT; with memory, the machine goes on where it was."""
    _each(obj, names, "restore", snapshot_name, "restored", mounts=start is None and not provision)
    return _then(obj, names, start, provision)


def _then(obj: object, names: tuple[str, ...], start: bool | None, provision: bool | None) -> int:
    """What is to become of machines that went back."""
    from serai.cli import verbs
    from serai.cli.bring import bring_up
    from serai.plan.up import Options
    from serai.run.workspace import open_workspace

    if start or provision:
        return bring_up(open_workspace(obj), names, Options(provision=provision))
    return verbs.power_off(obj, names) if start is False else 0


@snapshot.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_obj
def push(obj: object, names: tuple[str, ...]) -> int:
    """Save a snapshot that `pop` goes back to; pushed twice, popped twice."""
    from serai.run.snapshots import pushed_name
    from serai.run.workspace import open_workspace

    return _each(obj, names, "save", pushed_name(open_workspace(obj), names), "saved")


@snapshot.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--delete/--no-delete", default=True, help="Delete the snapshot then, or keep it. [default: delete]")
@start_option
@provision_option
@click.pass_obj
def pop(obj: object, names: tuple[str, ...], delete: bool, start: bool | None, provision: bool | None) -> int:
    """Go back to the snapshot that was pushed last, and delete it."""
    from serai.run.snapshots import last_pushed
    from serai.run.workspace import open_workspace

    for machine, name in last_pushed(open_workspace(obj), names).items():
        _each(obj, (machine,), "restore", name, "restored", mounts=start is None and not provision)
        if delete:
            _each(obj, (machine,), "delete", name, "deleted")
    return _then(obj, names, start, provision)


@snapshot.command()
@click.argument("snapshot_name", metavar="SNAPSHOT")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_obj
def delete(obj: object, snapshot_name: str, names: tuple[str, ...]) -> int:
    """Delete SNAPSHOT."""
    return _each(obj, names, "delete", snapshot_name, "deleted")


@snapshot.command("list")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(obj: object, names: tuple[str, ...], as_json: bool) -> int:
    """List snapshots, oldest first."""
    import time

    from serai.cli.output import print_json
    from serai.cli.table import columns
    from serai.run.workspace import open_workspace
    from serai.util.units import human_size

    workspace = open_workspace(obj)
    observed = workspace.observe()
    workspace.settled(observed)
    chosen = [machine.name for machine in workspace.targets(names, extra=observed) if machine.name in observed]
    found = {}
    for name in chosen:
        driver = workspace.provider(name)
        driver.capabilities().need(Feature.SNAPSHOT, provider=driver.name, machine=name)
        found[name] = driver.snapshot_list(name)
    if as_json:
        print_json({"snapshots": found})
        return 0
    rows: list[tuple[str, ...]] = [
        (
            name,
            item.name,
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(item.at)),
            "disk and memory" if item.memory else "disk",
            human_size(item.size) if item.size else "",
        )
        for name, items in found.items()
        for item in items
    ]
    for line in columns(rows):
        click.echo(line)
    return 0
