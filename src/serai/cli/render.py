"""render and clone: what an engine is given, and a machine given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from serai.util.errors import SeraiErrors

if TYPE_CHECKING:
    from serai.providers.contract import Materials, Rendered
    from serai.run.workspace import Workspace
    from serai.spec.machine import Machine


@click.command()
@click.argument("source")
@click.argument("name")
@click.pass_obj
def clone(obj: object, source: str, name: str) -> int:
    """Copy the stopped machine SOURCE as NAME, with new MAC addresses and a new identity."""
    from serai.run.clone import clone_machine
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    in_file = name in workspace.project.machines
    clone_machine(workspace, source, name)
    click.echo(f"{name}: a copy of {source}, stopped", err=True)
    if not in_file:
        click.echo(f"  next: add {name} to {workspace.file.name}, then serai up {name}", err=True)
    return 0


AS = "compose: the project (or NAME) as a Compose file; libvirt: a machine of Xen as XML."


@click.command()
@click.argument("name", required=False)
@click.option("--provider", metavar="NAME", help="As this provider would be told.")
@click.option("--diff", is_flag=True, help="Only what a start would change in what the engine has.")
@click.option("--as", "language", type=click.Choice(["compose", "libvirt"]), help=AS)
@click.pass_obj
def render(obj: object, name: str | None, provider: str | None, diff: bool, language: str | None) -> int:
    """Show what is handed to the engine: QEMU's arguments, libvirt's XML, a container's body, …"""
    from serai.run.materials import Stock
    from serai.run.refusals import complaints
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj, provider=provider)
    if language == "compose":
        from serai.loaders.compose.write import to_yaml

        chosen = {machine.name for machine in workspace.targets([name])} if name else None
        click.echo(to_yaml(workspace.project, chosen), nl=False)
        return 0
    machine = workspace.targets([name] if name else [], one=True)[0]
    driver = workspace.driver(machine.provider)
    machine, errors, notes = complaints(workspace, machine)
    if errors:
        raise SeraiErrors(errors)
    for note in notes:
        click.echo(f"note  {note}", err=True)
    materials, missing = Stock(workspace).preview(machine)
    if missing:
        click.echo(
            f"note  {machine.image} is not in the store yet: its place is shown as <{machine.image}>", err=True
        )
    if diff:
        for line in driver.difference(machine, materials):
            click.echo(line)
        return 0
    shown = _by_libvirt(workspace, machine, materials) if language else driver.render(machine, materials)
    click.echo(shown.text.rstrip("\n"))
    return 0


def _by_libvirt(workspace: Workspace, machine: Machine, materials: Materials) -> Rendered:
    """As libvirt would be told it, by its own provider or its Xen driver. Raises Code.UNSUPPORTED for others."""
    from serai.util.errors import Code, SeraiError

    if machine.provider == "xen":
        shown: Rendered = workspace.driver("libvirt").render_xen(machine, materials)  # type: ignore[attr-defined]
        return shown
    if machine.provider == "libvirt":
        return workspace.driver("libvirt").render(machine, materials)
    raise SeraiError(
        Code.UNSUPPORTED,
        f"{machine.name}: --as libvirt: it is a machine of {machine.provider}",
        hint=f"serai render {machine.name} --provider libvirt",
    )
