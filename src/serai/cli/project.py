"""init, validate, config and schema: the project file itself; nothing is started or changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from serai.cli.output import print_json
from serai.util.errors import Code, SeraiError

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("name", required=False)
@click.option("-m", "--minimal", is_flag=True, help="Only what is needed.")
@click.option("--image", default="tiny", show_default=True, help="What the machine starts from.")
@click.option("--schema", metavar="FILE", help="Also write the JSON Schema there, and point editors to it.")
@click.option("-f", "--force", is_flag=True, help="Replace a serai.yaml that is there.")
@click.pass_obj
def init(obj: object, name: str | None, minimal: bool, image: str, schema: str | None, force: bool) -> None:
    """Write a serai.yaml to start from. NAME is the project's name, else the directory's."""
    from serai.loaders.template import template
    from serai.loaders.yaml import load
    from serai.util.files import write_atomic

    path = Path(getattr(obj, "file", None) or "serai.yaml")
    if path.exists() and not force:
        raise SeraiError(Code.REFUSED, f"{path} is there already", hint="serai init -f replaces it")
    if not path.absolute().parent.is_dir():
        raise SeraiError(Code.INPUT, f"there is no directory {path.absolute().parent}")
    text = template(project=name or _project_name(path), image=_scalar(image), minimal=minimal)
    load(path, text=text)
    if schema:
        write_atomic(Path(schema), _schema_text(), mode=0o644)
        text = f"# yaml-language-server: $schema={_beside(schema, path)}\n{text}"
    write_atomic(path, text, mode=0o644)
    click.echo(f"{path} is written; next: serai up")


def _project_name(path: Path) -> str:
    """The directory's name, made to a project's where it is none."""
    import re

    name = re.sub(r"[^a-zA-Z0-9._-]+", "-", path.absolute().parent.name)[:63].strip(".-_")
    return name or "project"


def _scalar(text: str) -> str:
    """A text as a YAML scalar: quoted where it must be."""
    import yaml

    return yaml.safe_dump(text, width=10**6).removesuffix("\n").removesuffix("\n...")


def _beside(schema: str, path: Path) -> str:
    """The schema's path from the project file."""
    import os

    return os.path.relpath(schema, path.absolute().parent)


@click.command()
@click.argument("file", required=False)
@_JSON
@click.pass_obj
def validate(obj: object, file: str | None, as_json: bool) -> int:
    """Check the project file and report every error. FILE is another one than the project's."""
    import os

    from serai.loaders import find
    from serai.loaders.access import of
    from serai.loaders.either import load
    from serai.loaders.yaml import shown
    from serai.providers.registry import known, raw_block
    from serai.spec import addressing, listening
    from serai.util.errors import SeraiErrors

    path = find(_named(obj, file))
    tell = None if as_json else getattr(obj, "tell", None)
    try:
        project = load(path, known_provider=known, raw_block=raw_block, access=of(obj, os.environ), tell=tell)
    except SeraiError as error:
        if not as_json:
            raise
        errors = error.errors if isinstance(error, SeraiErrors) else (error,)
        print_json({"file": shown(path), "machines": 0, "errors": [_plain(each) for each in errors]})
        return error.exit_code
    count = len(project.machines)
    if as_json:
        print_json({"file": shown(path), "machines": count, "errors": []})
    else:
        click.echo(f"{shown(path)}: {count} machine{'s' if count != 1 else ''}, no errors")
        machines = project.machines.values()
        notes = [(each.machine.name, each.message) for each in listening.collisions(machines)]
        notes += [(each.machine.name, each.message) for each in addressing.collisions(machines)]
        for name, message in notes:
            click.echo(f"note  {name}: {message}: one of them can be up at a time", err=True)
    return 0


def _named(obj: object, file: str | None = None) -> Path | None:
    named = file or getattr(obj, "file", None)
    return Path(named) if named else None


def _plain(error: SeraiError) -> dict[str, Any]:
    where = error.where
    return {
        "file": where.file if where else "",
        "line": where.line if where else 0,
        "column": where.column if where else 0,
        "message": error.message,
        "hint": error.hint,
    }


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "source",
    metavar="FILE",
    help="Read this Vagrantfile or Compose file, and report what became of each key.",
)
@click.option("--provider", metavar="NAME", help="As if every machine were on this provider.")
@_JSON
@click.pass_obj
def config(obj: object, names: tuple[str, ...], source: str | None, provider: str | None, as_json: bool) -> None:
    """Show the project file, resolved: layers, expressions, count and each worked in. Names and globs choose."""
    import os

    from serai.loaders import find
    from serai.loaders.access import of
    from serai.loaders.either import load
    from serai.loaders.write import to_json, to_yaml
    from serai.providers.registry import raw_block

    lines: list[str] = []
    if source is None:
        access, tell = of(obj, os.environ), getattr(obj, "tell", None)
        project = load(find(_named(obj)), provider=provider, raw_block=raw_block, access=access, tell=tell)
        chosen = _chosen(list(project.machines), names) if names else None
    else:
        from serai.cli.convert import read, source_of

        found = read(obj, source_of(obj, source), provider, ())
        project = found.project
        chosen = _chosen(list(project.machines), names) if names else None
        lines = found.report(chosen)
    click.echo((to_json if as_json else to_yaml)(project, chosen, raw_block), nl=False)
    for line in lines:
        click.echo(line, err=True)


def _chosen(known: list[str], names: tuple[str, ...]) -> set[str]:
    from fnmatch import fnmatchcase

    found: set[str] = set()
    for name in names:
        hits = {machine for machine in known if machine == name or fnmatchcase(machine, name)}
        if not hits:
            from serai.util.errors import did_you_mean

            hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise SeraiError(Code.INPUT, f"no machine is called {name!r}", hint=hint)
        found |= hits
    return found


@click.command()
def schema() -> None:
    """Print the JSON Schema (2020-12) of the project file, for editors."""
    click.echo(_schema_text(), nl=False)


def _schema_text() -> str:
    import json

    from serai.loaders.schema import schema as file_schema
    from serai.providers.registry import others, raw_block

    blocks = {name: raw_block(name) for name in others()}
    return json.dumps(file_schema(blocks), indent=2, ensure_ascii=False) + "\n"
