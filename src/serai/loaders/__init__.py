"""Input languages → spec: serai.yaml and Vagrantfiles. `find` says which file is meant."""

from __future__ import annotations

import os
from pathlib import Path

from serai.loaders.language import names_of, nearest
from serai.util.errors import Code, SeraiError

WRITES = "serai init writes a serai.yaml"
NAMES = ("serai.yaml", "serai.yml")
"""These count before a Vagrantfile of the same directory."""


def find(start: Path | None = None) -> Path:
    """The project file: `start` itself, else $SERAI_FILE, else the nearest serai.yaml or Vagrantfile.

    Nearest: in the working directory or above it. VAGRANT_VAGRANTFILE is another name for a Vagrantfile,
    VAGRANT_CWD another directory to look for one in, where there is no serai.yaml.

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
    found = nearest(directory, NAMES if elsewhere else (*NAMES, *names_of(os.environ)))
    if found is None and elsewhere:
        found = nearest((directory / elsewhere).absolute(), names_of(os.environ))
    if found is None:
        raise SeraiError(
            Code.INPUT, f"there is no serai.yaml and no Vagrantfile in {directory} or above it", hint=WRITES
        )
    return found
