"""Which language a project file is written in: serai.yaml, or Vagrant's Ruby."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

VAGRANT_NAMES = ("Vagrantfile", "vagrantfile")
"""In Vagrant's order."""
YAML = (".yaml", ".yml", ".json")
PEEK = 1 << 16
"""Bytes of a file of no telling name that are looked at."""


def is_vagrantfile(path: Path) -> bool:
    """By its name; where that does not tell, by what only Vagrantfiles have in them."""
    name = path.name.lower()
    if name.endswith(YAML):
        return False
    if "vagrantfile" in name or name.endswith(".rb"):
        return True
    try:
        with path.open("rb") as file:
            return b"Vagrant.configure" in file.read(PEEK)
    except OSError:
        return False


def names_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What a Vagrantfile is called here."""
    stated = environ.get("VAGRANT_VAGRANTFILE")
    return (stated,) if stated else VAGRANT_NAMES


def nearest(start: Path, names: Iterable[str]) -> Path | None:
    """The first of these files in a directory or above it."""
    wanted = tuple(names)
    for folder in (start, *start.parents):
        for name in wanted:
            if (folder / name).is_file():
                return folder / name
    return None
