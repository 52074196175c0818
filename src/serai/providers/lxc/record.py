"""What serai keeps of one container: `serai.json` beside LXC's own `config`. The directory is the database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import msgspec

from serai.providers import record_file
from serai.providers.container_record import ContainerRecord
from serai.providers.lxc.place import RECORD


class Record(ContainerRecord, kw_only=True, omit_defaults=True):
    """One container of serai's."""

    base: str = ""
    """The configuration as it was made, by the template: serai's own lines come after it."""


@cache
def _decoder() -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(Record)


def load(directory: Path | str) -> Record | None:
    """The record, or None when there is none. Raises Code.CORRUPT when it cannot be read as one."""
    return record_file.read(f"{directory}/{RECORD}", _decoder, "the record of a container")


def save(directory: Path, record: Record, *, sync: bool = False) -> None:
    """Replace the record in one step. `sync`: it also survives a power cut."""
    record_file.write(directory / RECORD, msgspec.json.encode(record), sync=sync)


def editing(directory: Path) -> AbstractContextManager[Record]:
    """Change the record under its own lock. Raises Code.FAILED when there is no container."""
    return record_file.editing(directory / "serai.lock", "container", load, save)
