"""Where serai keeps things, and where a path leads that a person wrote. `SERAI_HOME` moves all of the former.

$SERAI_HOME (default $XDG_DATA_HOME/serai, ~/.local/share/serai)
  images/                          the image store, shared by all projects
  cache/                           what can be made again: accelerator probe, resolved project files, …
  projects/NAME-ID/                one a project: lock, journal.jsonl, ssh/, machines/, networks/
"""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The root of all that serai keeps. Not created here."""
    if text := os.environ.get("SERAI_HOME"):
        return Path(text).absolute()
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111
    return Path(data) / "serai"


def expanduser(text: str) -> Path:
    """The path, where `~` or `~NAME` at its start is a home; as it is written where there is no such user."""
    try:
        return Path(os.path.expanduser(text))  # noqa: PTH111 - that of a Path raises where there is no such user
    except ValueError:  # a NUL in the name
        return Path(text)


# Those of a Path raise for a name that is too long, up to Python 3.13. Source: pathlib, Path.exists.


def exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113


def is_dir(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112


def runtime() -> Path:
    """A short-named private directory for sockets (ssh control sockets; AF_UNIX names end at 107 bytes)."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK) and len(base) < 40:
        return Path(base) / "serai"
    return Path(f"/tmp/serai-{os.getuid()}")
