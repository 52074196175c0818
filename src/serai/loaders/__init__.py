"""Input languages → spec: the project file and, later, others. `find` says which file is meant."""

from __future__ import annotations

import os
from pathlib import Path

from serai.util.errors import Code, SeraiError

NAMES = ("serai.yaml", "serai.yml")


def find(start: Path | None = None) -> Path:
    """The project file: `start` itself, else $SERAI_FILE, else serai.yaml in the working directory or above it.

    `start` may be a file, or the directory to begin in. Raises SeraiError (Code.INPUT) when there is none.
    """
    if start is None and (stated := os.environ.get("SERAI_FILE")):
        start = Path(stated)
    directory = (start or Path.cwd()).absolute()
    if start is not None and not directory.is_dir():
        if not directory.exists():
            raise SeraiError(Code.INPUT, f"there is no file {start}", hint="serai init writes serai.yaml")
        return directory
    for folder in (directory, *directory.parents):
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
    raise SeraiError(
        Code.INPUT, f"there is no serai.yaml in {directory} or above it", hint="serai init writes one"
    )
