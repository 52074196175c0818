"""Where the Vagrantfile is: by name, in the working directory or the nearest one above it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

NAMES = ("Vagrantfile", "vagrantfile")


def found(cwd: Path, environ: Mapping[str, str]) -> Path | None:
    """The project's file, absolute. VAGRANT_CWD stands for the working directory, VAGRANT_VAGRANTFILE for the
    name."""
    stated = environ.get("VAGRANT_CWD")
    start = (cwd / stated if stated else cwd).absolute()
    name = environ.get("VAGRANT_VAGRANTFILE")
    for directory in (start, *start.parents):
        path = in_directory(directory, (name,) if name else NAMES)
        if path is not None:
            return path
    return None


def in_directory(directory: Path, names: tuple[str, ...] = NAMES) -> Path | None:
    return next((path for path in (directory / name for name in names) if path.is_file()), None)


def of_user(environ: Mapping[str, str]) -> Path | None:
    """The user's own Vagrantfile, of which the settings lie below all projects'."""
    stated = environ.get("VAGRANT_HOME")
    home = Path(stated) if stated else Path(environ.get("HOME") or Path.home()) / ".vagrant.d"
    return in_directory(home)
