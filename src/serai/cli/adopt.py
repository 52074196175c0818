"""serai adopt: machines whose project directory or file was lost get a project file again."""

from __future__ import annotations

import click

from serai.util.errors import Code, SeraiError


@click.command()
@click.argument("project", required=False)
@click.option("-o", "--output", metavar="FILE", default="serai.yaml", help="Where to write the project file.")
@click.option("--force", is_flag=True, help="Take it over although its own directory still has a project file.")
@click.pass_obj
def adopt(obj: object, project: str | None, output: str, force: bool) -> int:
    """Write the project file of PROJECT (its name or id) from its machines, and take them over here.

    Without PROJECT: list what there is to adopt. The machines themselves are not touched.
    """
    from pathlib import Path

    from serai.run import adopt as adoption

    if project is None:
        from serai.cli.table import columns

        rows = [
            (item.scope.project, item.scope.project_id, str(item.scope.root), item.why, ", ".join(item.machines))
            for item in adoption.candidates()
        ]
        if not rows:
            click.echo("nothing to adopt: every project of this host has its file", err=True)
        for line in columns(rows):
            click.echo(line)
        return 0
    target = Path(output).absolute()
    if target.exists():
        raise SeraiError(
            Code.REFUSED, f"{output} is there already", hint="serai adopt -o OTHER.yaml in another directory"
        )
    names = adoption.adopt(project, target, force=force)
    click.echo(
        f"{output}: written from {len(names)} machine{'s' if len(names) != 1 else ''}: {', '.join(names)}",
        err=True,
    )
    click.echo("  next: serai status, then serai plan", err=True)
    return 0
