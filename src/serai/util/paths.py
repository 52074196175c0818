"""Where serai keeps things. `SERAI_HOME` moves all of it.

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


def runtime() -> Path:
    """A short-named private directory for sockets (ssh control sockets; AF_UNIX names end at 107 bytes)."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK) and len(base) < 40:
        return Path(base) / "serai"
    return Path(f"/tmp/serai-{os.getuid()}")
