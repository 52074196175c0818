"""The first process of a container whose engine has no images, by what its image and the file say of it."""

from __future__ import annotations

import msgspec

from serai.spec.container import Container


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
