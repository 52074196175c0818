"""`serai package`: a machine as a box."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("package.box"), show_default=True, help="The box."
)
@click.option("--include", multiple=True, metavar="FILE,…", help="Files to go into the box's include/.")
@click.option("--vagrantfile", type=click.Path(path_type=Path), help="Settings that come with the box.")
@click.option("--info", type=click.Path(path_type=Path), help="JSON that `serai box list -i` shows.")
@click.option("--format", "version", type=click.Choice(["v1", "v2"]), default="v1", show_default=True)
@click.option("--clean/--no-clean", default=True, help="Take out the project's keys and the machine's identity.")
@click.pass_obj
def package(
    obj: object,
    /,
    name: str | None,
    output: Path,
    include: tuple[str, ...],
    vagrantfile: Path | None,
    info: Path | None,
    version: str,
    clean: bool,
) -> None:
    """Write the stopped machine NAME (the primary, or the only one) as a box for libvirt.

    A copy of it is started once under QEMU: it gets the user vagrant and the well-known key, and loses the
    project's.
    """
    from serai.cli.say import progress
    from serai.run.package import Extra, named
    from serai.run.package import package as act
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    workspace.settled(workspace.observe())
    machine = workspace.targets([name] if name else [], one=True)[0]
    extra = Extra(named(include), vagrantfile, info)
    act(workspace, machine, output, extra=extra, version=int(version[1:]), clean=clean, progress=progress())
    click.echo(str(output))
