"""Input languages → spec: serai.yaml, Vagrantfiles and Compose files. `find` says which file is meant."""

from __future__ import annotations

import os
from pathlib import Path

from serai.loaders.language import COMPOSE_NAMES, names_of, nearest
from serai.util.errors import Code, SeraiError

WRITES = "serai init writes a serai.yaml"
NAMES = ("serai.yaml", "serai.yml")
"""These count before a Vagrantfile of the same directory."""


def find(start: Path | None = None) -> Path:
    """The project file: `start`, else $SERAI_FILE, else the nearest serai.yaml, Vagrantfile or Compose file.

    Nearest: in the working directory or above it; of one directory, in that order. VAGRANT_VAGRANTFILE is another
    name for a Vagrantfile, VAGRANT_CWD another directory to look for one in, where there is no serai.yaml.
    COMPOSE_FILE names Compose files where there is neither.

    `start` may be a file, or the directory to begin in. Raises SeraiError (Code.INPUT) when there is none.
    """
    if start is None and (stated := os.environ.get("SERAI_FILE")):
        start = Path(stated)
    directory = (start or Path.cwd()).absolute()
    if start is not None and not directory.is_dir():
        if not directory.exists():
            raise SeraiError(Code.INPUT, f"there is no file {start}", hint="serai init writes serai.yaml")
        return directory
    elsewhere = os.environ.get("VAGRANT_CWD") if start is None else None
    composed = _composed(directory) if start is None else None
    compose = () if composed else COMPOSE_NAMES
    found = nearest(directory, NAMES if elsewhere else (*NAMES, *names_of(os.environ), *compose))
    if found is None and elsewhere:
        found = nearest((directory / elsewhere).absolute(), names_of(os.environ))
        found = found or nearest(directory, compose)
    found = found or composed
    if found is None:
        raise SeraiError(
            Code.INPUT,
            f"there is no serai.yaml, no Vagrantfile and no compose.yaml in {directory} or above it",
            hint=WRITES,
        )
    return found


def _composed(directory: Path) -> Path | None:
    """The first of the files that COMPOSE_FILE names."""
    stated = os.environ.get("COMPOSE_FILE")
    if not stated:
        return None
    first = stated.split(os.environ.get("COMPOSE_PATH_SEPARATOR") or os.pathsep)[0]
    path = Path(os.path.normpath(directory / first))
    return path if path.is_file() else None
