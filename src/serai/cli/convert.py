"""convert: a Vagrantfile or Compose file becomes a serai.yaml with comments; and the report of `config --from`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.loaders.mapped import Mapped
    from serai.spec.machine import Project


@click.command()
@click.argument("file", required=False)
@click.option("-o", "--output", default="serai.yaml", show_default=True, metavar="FILE", help="`-`: print it.")
@click.option("--provider", metavar="NAME", help="Write it for this provider of serai's.")
@click.option("-f", "--force", is_flag=True, help="Replace a file that is there.")
@click.pass_obj
def convert(obj: object, file: str | None, output: str, provider: str | None, force: bool) -> None:
    """Write a serai.yaml from a Vagrantfile or a Compose file. Comments say what came from where, what has no
    effect, and why."""
    from serai.loaders.commented import commented
    from serai.util.files import write_atomic

    source = source_of(obj, file)
    target = Path(output)
    if output != "-" and target.exists() and not force:
        raise SeraiError(Code.REFUSED, f"{target} is there already", hint="serai convert -f replaces it")
    found = read(obj, source, provider)
    text = commented(found.result, source.name)
    if output == "-":
        click.echo(text, nl=False)
        return
    if not target.absolute().parent.is_dir():
        raise SeraiError(Code.INPUT, f"there is no directory {target.absolute().parent}")
    write_atomic(target, text, mode=0o644)
    lost = sum(1 for note in found.result.notes if not note.to)
    count, kept = len(found.project.machines), len(found.result.notes) - lost
    machines = f"{count} machine{'s' if count != 1 else ''}"
    taken = f"{kept} keys taken over, {lost} without effect"
    click.echo(f"{target} is written: {machines}, {taken}; next: serai plan")


class Read(msgspec.Struct, frozen=True):
    """A file of another language: the mapped tree, what the reading had to say, the project that it comes to."""

    result: Mapped
    said: list[str]
    project: Project

    def report(self, names: Collection[str] | None) -> list[str]:
        """A line for each key that is stated, and for what the reading had to say."""
        notes = self.result.notes
        return self.said + [note.line() for note in notes if names is None or note.machine in names]


def source_of(obj: object, stated: str | None) -> Path:
    """The file that is meant: stated, else the nearest. Raises Code.INPUT when there is none."""
    import os

    from serai.loaders.language import COMPOSE_NAMES, is_compose, is_vagrantfile, names_of, nearest

    named = stated or getattr(obj, "file", None)
    start = Path(named) if named else Path(os.environ.get("VAGRANT_CWD") or ".")
    names = (*names_of(os.environ), *COMPOSE_NAMES)
    found: Path | None = start if start.is_file() else nearest(start.absolute(), names)
    if found is None or (named and not start.exists()):
        where = named or "here or above"
        message = f"there is no Vagrantfile and no Compose file {where}"
        raise SeraiError(Code.INPUT, message, hint="serai init")
    if not is_vagrantfile(found) and not is_compose(found):
        raise SeraiError(
            Code.INPUT,
            f"{found} is no Vagrantfile and no Compose file",
            hint="serai config shows a serai.yaml, resolved",
        )
    return found


Together = tuple[str, ...] | None
"""Machines of a Vagrantfile that may not want one host port or address; None: all, as in a serai.yaml."""


def read(obj: object, source: Path, provider: str | None = None, together: Together = None) -> Read:
    """The file, mapped and checked."""
    from serai.loaders.language import is_compose

    if is_compose(source):
        return _compose(obj, source, provider)
    return _vagrantfile(obj, source, provider, together)


def _compose(obj: object, source: Path, provider: str | None) -> Read:
    import os

    from serai.loaders.access import of
    from serai.loaders.compose.project import read as mapped
    from serai.loaders.compose.project import resolve
    from serai.loaders.inputs import Inputs
    from serai.providers.registry import raw_block

    inputs = Inputs(os.environ)
    result, said = mapped(source, inputs=inputs, provider=provider, access=of(obj, os.environ))
    return Read(result, said, resolve(result, source, inputs, raw_block=raw_block))


def _vagrantfile(obj: object, source: Path, provider: str | None, together: Together) -> Read:
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
    said = [f"{where}: {what}" + (f" ({hint})" if hint else "") for where, what, hint in config.notices]
    try:
        return Read(result, said, resolve(result, source, inputs, raw_block=raw_block, together=together))
    except SeraiError:
        for line in said:
            if tell is not None:
                tell(line)
        raise
