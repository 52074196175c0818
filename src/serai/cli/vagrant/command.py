"""`serai vagrant …`: runs a vagrant command line by serai's verbs, for habits and for scripts (VAG-1)."""

from __future__ import annotations

import os
from typing import Any

import click

from serai.util.errors import Code, SeraiError, SeraiErrors

COLOURS = {"--color": True, "--no-color": False}
SILENT = ("--debug", "--timestamp", "--debug-timestamp", "--no-tty", "--tty")


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}, add_help_option=False
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND [ARGS]...")
@click.pass_context
def vagrant(ctx: click.Context, args: tuple[str, ...]) -> int:
    """Do what a vagrant command line says: `serai vagrant up --provider libvirt web`.

    The same verbs and flags, and --machine-readable. What has no effect here is said. Exit code 1 is a failure of
    any kind, as with vagrant.
    """
    words, flags = _global(list(args))
    if "-v" in flags or "--version" in flags:
        words = ["version"]
    if not words or "-h" in flags or "--help" in flags:
        click.echo(ctx.get_help() if not words else _help(words))
        return 0
    readable = "--machine-readable" in flags
    try:
        return _run(ctx, words, readable)
    except SeraiError as error:
        _failed(error, readable)
        return 1


def _global(args: list[str]) -> tuple[list[str], set[str]]:
    """(the command's own words, vagrant's global flags): they stand anywhere, but not behind `--`."""
    flags: set[str] = set()
    words: list[str] = []
    known = (*COLOURS, *SILENT, "--machine-readable", "-h", "--help")
    for at, word in enumerate(args):
        if word == "--":
            words += args[at:]
            break
        if word in known or (not words and word in ("-v", "--version")):
            if word in ("--no-tty", "--tty") and words[:1] == ["ssh"]:
                words.append(word)
                continue
            flags.add(word)
        else:
            words.append(word)
    return words, flags


def _help(words: list[str]) -> str:
    from serai.cli.vagrant.words import VERBS

    verb = VERBS.get(words[0])
    if verb is None or verb.refused:
        return f"serai vagrant list-commands{f': {verb.refused}' if verb else ''}"
    lines = [f"vagrant {words[0]} is serai {' '.join(verb.words or (words[0],))}; its options here:"]
    for below, inner in verb.verbs.items():
        lines.append(f"  {below}  {' '.join(inner.flags)}")
    lines += [
        f"  {key}  {(flag.why and f'no effect: {flag.why}') or ' '.join(flag.words)}"
        for key, flag in verb.flags.items()
    ]
    return "\n".join(lines)


def _run(ctx: click.Context, words: list[str], readable: bool) -> int:
    from serai.cli.main import cli
    from serai.cli.report import MADE_BY
    from serai.cli.vagrant.aliases import expanded
    from serai.cli.vagrant.own import answer
    from serai.cli.vagrant.words import translate

    words = expanded(words, os.environ)
    own = answer(ctx.obj, words, readable)
    if own is not None:
        return own
    line = translate(words)
    for note in line.notes:
        _note(note, readable)
    given = list(line.words)
    if words[0] == "up" and os.environ.get("VAGRANT_NO_PARALLEL") and "--parallel" not in given:
        given.insert(1, "--no-parallel")
    if words[0] == "up" and not {"--destroy-on-error", "--no-destroy-on-error"} & set(words):
        given.insert(1, "--destroy-on-error")
    if readable:
        from serai.cli.vagrant.lines import Readable

        token = MADE_BY.set(lambda: Readable(words[0]))
        ctx.call_on_close(lambda: MADE_BY.reset(token))
    before: list[str] = ["-f", ctx.obj.file] if getattr(ctx.obj, "file", None) else []
    code: Any = cli.main(args=[*before, *given], prog_name="serai", standalone_mode=False, parent=ctx)
    return 1 if isinstance(code, int) and code else 0


def _note(text: str, readable: bool) -> None:
    if readable:
        from serai.cli.vagrant.lines import tell

        tell("", "ui", "warn", text)
    else:
        click.echo(f"note  {text}", err=True)


def _failed(error: SeraiError, readable: bool) -> None:
    from serai.cli.main import show

    if not readable:
        show(error)
        return
    from serai.cli.vagrant.lines import tell

    for each in error.errors if isinstance(error, SeraiErrors) else (error,):
        text = f"{each.line()}\n{each.hint}" if each.hint else each.line()
        tell("", "ui", "error", text)
        tell("", "error-exit", f"Serai::Errors::{Code(each.code).name.title()}", text)
