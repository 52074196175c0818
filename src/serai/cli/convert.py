"""convert: a Vagrantfile becomes a serai.yaml with comments; and the report that `config --from` prints beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from serai.util.errors import Code, SeraiError


@click.command()
@click.argument("vagrantfile", required=False)
@click.option("-o", "--output", default="serai.yaml", show_default=True, metavar="FILE", help="`-`: print it.")
@click.option("--provider", metavar="NAME", help="Write it for this provider of serai's.")
@click.option("-f", "--force", is_flag=True, help="Replace a file that is there.")
@click.pass_obj
def convert(obj: object, vagrantfile: str | None, output: str, provider: str | None, force: bool) -> None:
    """Write a serai.yaml from a Vagrantfile. Comments say what came from where, and what has no effect and why."""
    from serai.loaders.commented import commented
    from serai.util.files import write_atomic

    source = source_of(obj, vagrantfile)
    target = Path(output)
    if output != "-" and target.exists() and not force:
        raise SeraiError(Code.REFUSED, f"{target} is there already", hint="serai convert -f replaces it")
    result, _, project = read(obj, source, provider)
    text = commented(result, source.name)
    if output == "-":
        click.echo(text, nl=False)
        return
    if not target.absolute().parent.is_dir():
        raise SeraiError(Code.INPUT, f"there is no directory {target.absolute().parent}")
    write_atomic(target, text, mode=0o644)
    lost = sum(1 for note in result.notes if not note.to)
    count = len(project.machines)
    click.echo(f"{target} is written: {count} machine{'s' if count != 1 else ''}, {len(result.notes) - lost} "
               f"keys taken over, {lost} without effect; next: serai plan")  # fmt: skip


def source_of(obj: object, stated: str | None) -> Path:
    """The Vagrantfile that is meant: stated, else the nearest. Raises Code.INPUT when there is none."""
    import os

    from serai.loaders.language import is_vagrantfile, names_of, nearest

    named = stated or getattr(obj, "file", None)
    start = Path(named) if named else Path(os.environ.get("VAGRANT_CWD") or ".")
    found: Path | None = start if start.is_file() else nearest(start.absolute(), names_of(os.environ))
    if found is None or (named and not start.exists()):
        raise SeraiError(Code.INPUT, f"there is no Vagrantfile {named or 'here or above'}", hint="serai init")
    if not is_vagrantfile(found):
        raise SeraiError(
            Code.INPUT, f"{found} is no Vagrantfile", hint="serai config shows a serai.yaml, resolved"
        )
    return found


def read(obj: object, source: Path, provider: str | None = None) -> tuple[Any, Any, Any]:
    """The mapped tree, the configuration, and the project that they come to, checked."""
    import os

    from serai.loaders.access import of
    from serai.loaders.inputs import Inputs
    from serai.loaders.vagrantfile.project import read as mapped
    from serai.loaders.vagrantfile.project import resolve
    from serai.providers.registry import raw_block
    from serai.run.boxes import vagrantfile

    inputs = Inputs(os.environ)
    tell = getattr(obj, "tell", None)
    result, config = mapped(
        source, inputs=inputs, provider=provider, access=of(obj, os.environ), tell=tell, boxes=vagrantfile
    )
    try:
        return result, config, resolve(result, source, inputs, raw_block=raw_block)
    except SeraiError:
        if tell is not None:
            for line in said(config):
                tell(line)
        raise


def said(config: Any) -> list[str]:
    """What the reading had to say."""
    return [f"{where}: {what}" + (f" ({hint})" if hint else "") for where, what, hint in config.notices]


def report(result: Any, config: Any, names: set[str] | None) -> list[str]:
    """A line for each key that is stated, and for what the reading had to say."""
    return said(config) + [note.line() for note in result.notes if names is None or note.machine in names]
