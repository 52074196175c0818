"""What serai keeps of one container: `serai.json` in its directory of state. The directory is the database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from serai.providers import record_file
from serai.providers.first_process import Process
from serai.providers.machine_record import MachineRecord

RECORD = "serai.json"


class Phase(StrEnum):
    CREATING = "creating"
    MADE = "made"


class Record(MachineRecord, kw_only=True, omit_defaults=True):
    """One container of serai's."""

    phase: Phase = Phase.CREATING
    process: Process = Process()
    bridges: tuple[str, ...] = ()
    """Bridges of private networks that serai made, and that it has a card on."""
    macs: tuple[str, ...] = ()
    """Of cards that have their address by DHCP."""


def own_bridges(record: Record) -> tuple[str, ...]:
    """Those that machines of this provider alone are on. Others have a stated name, as those that are shared.

    While one of theirs is just being made, nothing is on such a bridge, and it must stay nevertheless.
    """
    stated = {network.bridge for network in record.networks.values()}
    return tuple(bridge for bridge in record.bridges if bridge not in stated)


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
