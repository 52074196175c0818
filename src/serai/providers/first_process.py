"""The first process of a container whose engine has no images, by what its image and the file say of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from serai.providers.own_files import place
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


class Process(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an OCI image says of its process; the file's own words go before it."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""


STAY = ("/bin/sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait; done")
"""A process that stays, and ends when it is asked to (DOC-1)."""


def command(box: Container, process: Process) -> list[str]:
    """Its words; empty: the /sbin/init of its root filesystem."""
    entry = list(process.entrypoint) if box.entrypoint is None else box.entrypoint
    words = [*entry, *(box.cmd or (process.cmd if box.entrypoint is None else ()))]
    return words or (list(STAY) if box.keep_alive else [])


def env_lines(machine: Machine, root: Path) -> Iterator[str]:
    """NAME=VALUE lines of `container.env_file`; the later over the earlier. `root`: the project's directory.

    Raises Code.INPUT for a file that cannot be read.
    """
    for name in machine.container.env_file if machine.container else ():
        path = place(name, root)
        try:
            lines = path.read_text().splitlines()
        except OSError as error:
            raise SeraiError(
                Code.INPUT, f"{machine.name}: container.env_file: {path}: {error.strerror}", hint="mend its path"
            ) from error
        yield from (line.strip() for line in lines if "=" in line and not line.lstrip().startswith("#"))
