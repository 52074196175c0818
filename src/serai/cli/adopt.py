"""serai adopt: a project file for machines that have lost theirs, and for domains that others made in libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from serai.run.adopt import Candidate


@click.command()
@click.argument("project", required=False)
@click.option("-o", "--output", metavar="FILE", default="serai.yaml", help="Where to write the project file.")
@click.option(
    "--uri", metavar="URI", help="The libvirt that has the domain [default: the system's or the session's]."
)
@click.option("--dom0", metavar="HOST", help="The dom0 whose xl has the domain, by ssh; localhost is this one.")
@click.option("--force", is_flag=True, help="Take it over although its own directory still has a project file.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def adopt(
    obj: object,
    project: str | None,
    output: str,
    uri: str | None,
    dom0: str | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write the project file of PROJECT (its name or id) from its machines, and take them over here.

    PROJECT may also be a machine that Vagrant made with libvirt from the Vagrantfile here, or a domain that
    virt-manager, virt-install, virsh or xl made; with --uri or --dom0 it is one.
    Without PROJECT: list what there is to adopt. The machines themselves are not touched.
    """
    from pathlib import Path

    from serai.run import adopt as adoption

    if project is None:
        from serai.run.adopt_domain import foreign

        _list(adoption.candidates(), foreign(uri, dom0), as_json)
        return 0
    if as_json:
        raise SeraiError(Code.USAGE, "--json prints what there is to adopt", hint="serai adopt --json")
    stated = uri is not None or dom0 is not None
    if not stated and (domain := _of_vagrant(obj, project)):
        click.echo(f"{project}: it is the domain {domain}, which Vagrant made; serai has it now", err=True)
        click.echo("  next: serai status, then serai plan", err=True)
        return 0
    target = Path(output).absolute()
    if target.exists():
        raise SeraiError(
            Code.REFUSED, f"{output} is there already", hint="serai adopt -o OTHER.yaml in another directory"
        )
    if stated or (not adoption.is_known(project) and _is_domain(project)):
        return _domain(project, target, uri, dom0)
    names = adoption.adopt(project, target, force=force)
    click.echo(
        f"{output}: written from {len(names)} machine{'s' if len(names) != 1 else ''}: {', '.join(names)}",
        err=True,
    )
    click.echo("  next: serai status, then serai plan", err=True)
    return 0


def _list(candidates: Sequence[Candidate], domains: Sequence[tuple[str, str]], as_json: bool) -> None:
    if as_json:
        from serai.cli.output import print_json

        projects = [
            {
                "project": item.scope.project,
                "id": item.scope.project_id,
                "directory": str(item.scope.root),
                "why": item.why,
                "machines": list(item.machines),
            }
            for item in candidates
        ]
        print_json({"projects": projects, "domains": [{"name": name, "where": where} for name, where in domains]})
        return
    from serai.cli.table import columns

    rows = [
        (item.scope.project, item.scope.project_id, str(item.scope.root), item.why, ", ".join(item.machines))
        for item in candidates
    ]
    rows += [(name, "", where, "a domain of another program", "") for name, where in domains]
    if not rows:
        click.echo("nothing to adopt: every project of this host has its file", err=True)
    for line in columns(rows):
        click.echo(line)


def _of_vagrant(obj: object, name: str) -> str:
    """Take over what Vagrant has made from the Vagrantfile here; the domain, or nothing where there is none."""
    from pathlib import Path

    from serai.loaders import find

    named = getattr(obj, "file", None)
    try:
        file = Path(named) if named else find()
    except SeraiError:
        return ""
    from serai.run.adopt_vagrant import adopt, of_project

    there = of_project(file).get(name)
    if there is None:
        return ""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    return adopt(workspace, name, there) if name in workspace.project.machines else ""


def _is_domain(name: str) -> bool:
    from serai.run.adopt_domain import foreign

    return any(known == name for known, _ in foreign(None))


def _domain(name: str, target: Path, uri: str | None, dom0: str | None) -> int:
    from serai.run import adopt_domain

    machine, kept = adopt_domain.adopt(name, target, uri, dom0)
    click.echo(f"{target.name}: written from domain {name}, which is machine {machine} now", err=True)
    for line in kept:
        click.echo(f"  without a key of its own: {line}", err=True)
    click.echo("  next: state user and ssh.key, by which serai logs in; then serai status, serai plan", err=True)
    return 0
