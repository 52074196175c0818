"""Aliases that a person gave to vagrant: `~/.vagrant.d/aliases`, a line each, `name = command args`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from serai.util.errors import Code, SeraiError

MOST_BYTES = 64 * 1024
MOST_TURNS = 8
"""An alias may name an alias, so often."""


def aliases(environ: Mapping[str, str]) -> dict[str, str]:
    """name → its words, from VAGRANT_ALIAS_FILE or the file in VAGRANT_HOME; empty when there is none."""
    home = environ.get("VAGRANT_HOME") or str(Path.home() / ".vagrant.d")
    path = Path(environ.get("VAGRANT_ALIAS_FILE") or Path(home) / "aliases")
    try:
        text = path.read_bytes()[:MOST_BYTES].decode(errors="replace")
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        name, equals, words = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            found[name.strip()] = words.strip()
    return found


def expanded(words: list[str], environ: Mapping[str, str]) -> list[str]:
    """The words with an alias in front replaced. One that runs a shell command (`!…`) is refused."""
    known: dict[str, str] | None = None
    from serai.cli.vagrant.words import VERBS

    for _ in range(MOST_TURNS):
        if words[0] in VERBS:
            return words
        known = aliases(environ) if known is None else known
        if words[0] not in known:
            return words
        meant = known[words[0]]
        if meant.startswith("!"):
            raise SeraiError(
                Code.UNSUPPORTED,
                f"the alias {words[0]} runs a command of this host, which serai does not",
                hint=meant[1:].strip(),
            )
        words = [*shlex.split(meant), *words[1:]]
    raise SeraiError(Code.INPUT, f"the alias {words[0]} means itself", hint="repair ~/.vagrant.d/aliases")
