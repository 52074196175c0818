"""Which language a project file is written in: serai.yaml, Vagrant's Ruby, or Compose's YAML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

VAGRANT_NAMES = ("Vagrantfile", "vagrantfile")
"""In Vagrant's order."""
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""In Compose's order. Source: Compose specification, "Compose file"."""
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


def is_compose(path: Path) -> bool:
    """By its name; where that does not tell, by what its top level has: services, and no machines."""
    name = path.name.lower()
    if not name.endswith((".yaml", ".yml")):
        return False
    if re.fullmatch(r"(docker-|podman-)?compose([._-].*)?\.ya?ml", name):
        return True
    if name in ("serai.yaml", "serai.yml"):
        return False
    try:
        with path.open("rb") as file:
            text = b"\n" + file.read(PEEK)
    except OSError:
        return False
    return b"\nservices:" in text and b"\nmachines:" not in text


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
