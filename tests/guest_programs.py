"""A program of this host with its libraries, for a guest that has neither."""

from __future__ import annotations

import shutil
from pathlib import Path

from serai.util.process import run


def with_libraries(program: str, place: Path) -> None:
    """Makes the directory, in which `run` is the program by the loader and libraries beside it."""
    place.mkdir(parents=True)
    path = str(shutil.which(program))
    for line in run(["ldd", path]).stdout.splitlines():
        if library := next((word for word in line.split() if word.startswith("/")), ""):
            shutil.copy(library, place / ("ld.so" if "/ld-" in library else Path(library).name))
    shutil.copy(path, place / program)
    script = f'#!/bin/sh\nd=${{0%/*}}\nexec "$d/ld.so" --library-path "$d" "$d/{program}" "$@"\n'
    (place / "run").write_text(script)
    (place / "run").chmod(0o755)
