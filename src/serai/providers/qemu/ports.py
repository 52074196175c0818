"""Ports of the host that machines on QEMU hold; how ports are chosen is the same for all providers."""

from __future__ import annotations

from pathlib import Path

from serai.providers.ports import (
    LAST,
    SSH_FIRST,
    SSH_LAST,
    Taken,
    allocate,
    allocating,
    holder_of,
    is_free,
    key_of,
    reallocate,
    wanted,
    with_host,
)
from serai.providers.qemu.record import is_alive, load
from serai.util import paths

__all__ = [
    "LAST",
    "SSH_FIRST",
    "SSH_LAST",
    "Taken",
    "allocate",
    "allocating",
    "holder_of",
    "is_free",
    "key_of",
    "reallocate",
    "taken_by_machines",
    "wanted",
    "with_host",
]


def taken_by_machines(without: Path) -> Taken:
    """The ports of all machines of serai's that live or are being started, in every project, but one."""
    found: Taken = {}
    for directory in (paths.home() / "projects").glob("*/machines/[!.]*"):
        if directory == without or not is_alive(directory):
            continue
        record = load(directory)
        for forward in record.forwards if record else ():
            assert record is not None
            found[key_of(forward)] = f"machine {record.name} of project {record.project}"
    return found
