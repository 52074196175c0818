"""serai bench disk | net | memory: what a tuning gains on this host, measured in real guests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

KINDS = {
    "disk": ("preallocation", "cache", "io", "bus"),
    "net": ("card", "latency", "vhost"),
    "memory": ("hugepages", "prealloc"),
}


@click.command()
@click.argument("kind", type=click.Choice(tuple(KINDS)))
@click.argument("cases", nargs=-1, metavar="[CASE]...")
@click.option("--provider", metavar="NAME", default="qemu", show_default=True, help="Who runs the guests.")
@click.option("--rounds", type=click.IntRange(1, 1000), default=7, show_default=True, help="Measured rounds.")
@click.option("--size", metavar="SIZE", help="What one measurement moves, as 64M.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write JSON to FILE.")
@click.option("--picture", metavar="FILE", type=click.Path(path_type=Path), help="Write an SVG picture to FILE.")
def bench(
    kind: str,
    cases: tuple[str, ...],
    provider: str,
    rounds: int,
    size: str | None,
    as_json: bool,
    output: Path | None,
    picture: Path | None,
) -> int:
    """Compare settings in real guests on this host, in turn: medians, spread, and the ratio to the first.

    Its machines are a project of their own, made for it and destroyed at the end. Disks are measured where serai
    keeps them: SERAI_HOME=/other/place serai bench disk measures another file system. libvirt's are in its pool
    default.
    """
    import msgspec

    from serai.bench import report as reports
    from serai.bench.run import run
    from serai.util.errors import Code, SeraiError, did_you_mean

    for case in cases:
        if case not in KINDS[kind]:
            hint = did_you_mean(case, KINDS[kind]) or f"there are {', '.join(KINDS[kind])}"
            raise SeraiError(Code.USAGE, f"serai bench {kind} has no case {case!r}", hint=hint)
    for file in (output, picture):
        if file and not file.absolute().parent.is_dir():
            raise SeraiError(Code.USAGE, f"there is no directory {file.parent}", hint=f"mkdir {file.parent}")
    found = run(kind, cases=cases, provider=provider, rounds=rounds, size=_size(size), say=_say)
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    if output:
        output.write_text(text)
    if picture:
        from serai.bench.picture import svg

        picture.write_text(svg(found))
    if as_json:
        click.echo(text, nl=False)
    else:
        for line in reports.lines(found):
            click.echo(line)
    return 0


def _size(text: str | None) -> int:
    from serai.util.errors import Code, SeraiError
    from serai.util.units import MIB, parse_size

    if text is None:
        return 0
    try:
        size = parse_size(text)
    except ValueError as error:
        raise SeraiError(Code.USAGE, f"--size: {error}") from error
    if size < MIB or size % MIB:
        raise SeraiError(Code.USAGE, f"--size {text} is no whole number of MiB", hint="--size 64M")
    return size


def _say(text: str) -> None:
    """What goes on: one line that is written over on a terminal, lines elsewhere."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        click.echo(f"\r\033[K{text[: width - 1]}", err=True, nl=False)
    else:
        click.echo(text, err=True)
