"""What a Vagrantfile may see beyond its own directory, and what runs it: `--allow-read`, `--with`, `--ruby`, and
their variables."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

ALLOW, SUPPLY, RUBY = "SERAI_ALLOW_READ", "SERAI_WITH", "SERAI_RUBY"
"""Paths with a colon between them; `COMMAND=WHAT IT PRINTS`, one a line; 1 or UNSANDBOXED."""
SANDBOXED, UNSANDBOXED = "sandboxed", "unsandboxed"
NO = ("", "0", "no", "false")


class Access(msgspec.Struct, frozen=True):
    """`paths` may be read too; `answers` stand for what commands would print. `ruby` is "" where serai evaluates
    the file itself, else the word for how a real Ruby does; `ask` asks the person, where there is one. `profiles`
    of a Compose file are active."""

    paths: tuple[Path, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    ruby: str = ""
    ask: Callable[[str], bool] | None = None
    profiles: tuple[str, ...] = ()


NONE = Access()


def of(options: object, environ: Mapping[str, str]) -> Access:
    """What the command line's options and the environment say together."""
    paths = [*getattr(options, "allow_read", ()), *filter(None, environ.get(ALLOW, "").split(os.pathsep))]
    answers = [*environ.get(SUPPLY, "").splitlines(), *getattr(options, "supplied", ())]
    ruby = _ruby(bool(getattr(options, "ruby", False)), environ.get(RUBY, ""))
    profiles = tuple(getattr(options, "profiles", ()))
    if not paths and not answers and not ruby and not profiles:
        return NONE
    return Access(
        tuple(expanduser(path).absolute() for path in paths),
        tuple(_answer(text) for text in answers if text),
        ruby,
        getattr(options, "ask", None) if ruby else None,
        profiles,
    )


def _ruby(asked: bool, word: str) -> str:
    if word not in (*NO, "1", "yes", "true", SANDBOXED, UNSANDBOXED):
        raise SeraiError(
            Code.USAGE, f"{RUBY}={word!r} is no way to run Ruby", hint=f"{RUBY}=1, or {RUBY}={UNSANDBOXED}"
        )
    if word == UNSANDBOXED:
        return UNSANDBOXED
    return SANDBOXED if asked or word not in NO else ""


def _answer(text: str) -> tuple[str, str]:
    command, equals, printed = text.partition("=")
    if not equals or not command.strip():
        raise SeraiError(
            Code.USAGE, f"--with {text!r} is not COMMAND=OUTPUT", hint="for example --with 'hostname -s=web1'"
        )
    return command.strip(), printed
