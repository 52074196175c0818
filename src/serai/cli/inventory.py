"""inventory: the machines that run, as Ansible reads them."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "as_list", is_flag=True, help="All machines as JSON, the default: what Ansible asks for.")
@click.option("--host", metavar="NAME", help="The variables of one machine as JSON: what Ansible may ask for.")
@click.option("--ini", "as_ini", is_flag=True, help="As a file for `ansible-playbook -i`.")
@click.option(
    "--plugins",
    is_flag=True,
    help="The directory for ANSIBLE_CONNECTION_PLUGINS, which containers are reached by.",
)
@click.pass_obj
def inventory(
    obj: object, names: tuple[str, ...], as_list: bool, host: str | None, as_ini: bool, plugins: bool
) -> int:
    """Print Ansible's inventory: machines that run, with the groups and variables of the file's ansible blocks.

    `ansible-playbook -i FILE` takes a script that calls it: `exec serai inventory "$@"`.
    """
    from serai.provisioners.ansible_inventory import PLUGINS, as_json, ini

    if plugins:
        click.echo(PLUGINS)
        return 0
    from serai.run.inventory import hosts, stated
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    workspace.stay([host] if host else None)
    chosen = workspace.targets([host] if host else names, one=host is not None)
    found, absent = hosts(workspace, chosen)
    for line in absent:
        click.echo(f"# {line}", err=True)
    block = stated(workspace.project.machines.values())
    if as_ini:
        click.echo(ini(found, block), nl=False)
        return 0
    sys.stdout.buffer.write(as_json(found, block, host) + b"\n")
    sys.stdout.flush()
    return 0
