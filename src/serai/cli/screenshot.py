"""serai screenshot: what a machine's screen shows."""

from __future__ import annotations

import click


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.argument("file", required=False, metavar="[FILE]")
@click.pass_obj
def screenshot(obj: object, name: str | None, file: str | None) -> int:
    """Write what the screen of NAME shows to FILE, a PNG [default: NAME.png]."""
    from pathlib import Path

    from serai.providers.contract import Feature
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    workspace.settled(workspace.observe())
    machine = workspace.targets([name] if name else [], one=True)[0]
    driver = workspace.provider(machine.name)
    driver.capabilities().need(Feature.SCREENSHOT, provider=driver.name, machine=machine.name)
    target = Path(file or f"{machine.name}.png")
    driver.screenshot(machine.name, target)
    click.echo(f"{target}: the screen of {machine.name}", err=True)
    return 0
