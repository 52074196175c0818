"""What a Vagrantfile may see beyond its own directory: `--allow-read`, `--with`, and their variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from serai.util.errors import Code, SeraiError

ALLOW, SUPPLY = "SERAI_ALLOW_READ", "SERAI_WITH"
"""Paths with a colon between them; `COMMAND=WHAT IT PRINTS`, one a line."""


class Access(msgspec.Struct, frozen=True):
    """`paths` may be read too; `answers` stand for what commands would print."""

    paths: tuple[Path, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()


NONE = Access()


def of(options: object, environ: Mapping[str, str]) -> Access:
    """What the command line's options and the environment say together."""
    paths = [*getattr(options, "allow_read", ()), *filter(None, environ.get(ALLOW, "").split(os.pathsep))]
    answers = [*environ.get(SUPPLY, "").splitlines(), *getattr(options, "supplied", ())]
    if not paths and not answers:
        return NONE
    return Access(
        tuple(Path(path).expanduser().absolute() for path in paths),
        tuple(_answer(text) for text in answers if text),
    )


def _answer(text: str) -> tuple[str, str]:
    command, equals, printed = text.partition("=")
    if not equals or not command.strip():
        raise SeraiError(
            Code.USAGE, f"--with {text!r} is not COMMAND=OUTPUT", hint="for example --with 'hostname -s=web1'"
        )
    return command.strip(), printed
