"""Directories of the host that machines share, made where the file says that they may be."""

from __future__ import annotations

from pathlib import Path

from serai.spec.machine import Machine
from serai.util.paths import expanduser


def make_sources(machine: Machine, root: Path) -> None:
    """Make those that are not there. `root`: the project's directory."""
    wanted = [folder.source for folder in machine.synced_folders if folder.create]
    if machine.container is not None:
        wanted += [each.source for each in machine.container.volumes if each.create and each.source is not None]
    for source in wanted:
        path = root / expanduser(source)
        if not path.exists():  # a file that is bound is there already
            path.mkdir(parents=True, exist_ok=True)
