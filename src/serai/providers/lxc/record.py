"""What serai keeps of one container: `serai.json` beside LXC's own `config`. The directory is the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from serai.providers.contract import Forward, Mark, Snapshot
from serai.providers.lxc.place import RECORD
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import Code, SeraiError


class Phase(StrEnum):
    CREATING = "creating"
    MADE = "made"


class Process(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an OCI image says of its process; the file's own words go before it."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One container of serai's."""

    name: str
    project: str
    project_id: str
    project_root: str
    phase: Phase = Phase.CREATING
    applied: Machine | None = None
    image_digest: str = ""
    base: str = ""
    """The configuration as it was made, by the template: serai's own lines come after it."""
    process: Process = Process()
    forwards: tuple[Forward, ...] = ()
    pending: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    snapshots: tuple[Snapshot, ...] = ()
    addresses: dict[str, str] = {}
    networks: dict[str, Network] = {}
    bridges: tuple[str, ...] = ()
    """Bridges of private networks that serai made, and that it has a card on."""
    macs: tuple[str, ...] = ()
    """Of cards that have their address by DHCP."""
    started_at: float = 0.0
    ready_at: float = 0.0
    stopped: bool = True
    """That it is meant to be off: serai stopped it."""


@cache
def _decoder() -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(Record)


def load(directory: Path | str) -> Record | None:
    """The record, or None when there is none. Raises Code.CORRUPT when it cannot be read as one."""
    try:
        with open(f"{directory}/{RECORD}", "rb") as file:  # noqa: PTH123 - the path of `status`
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return _decoder().decode(data)
    except msgspec.DecodeError as error:
        raise SeraiError(
            Code.CORRUPT,
            f"{directory}/{RECORD} is not the record of a container: {error}",
            hint="destroy the machine to make it anew, or mend the file",
        ) from error


def save(directory: Path, record: Record, *, sync: bool = False) -> None:
    """Replace the record in one step."""
    from serai.util.files import write_atomic

    write_atomic(directory / RECORD, msgspec.json.format(msgspec.json.encode(record), indent=1), sync=sync)


@contextmanager
def editing(directory: Path) -> Iterator[Record]:
    """Change the record under a lock of its own. Raises Code.FAILED when there is no container."""
    from serai.util.locks import lock

    if load(directory) is None:
        raise SeraiError(Code.FAILED, f"{directory.name}: there is no such container", hint="serai up")
    with lock(directory / "serai.lock", what=f"container {directory.name}"):
        record = load(directory)
        if record is None:
            raise SeraiError(Code.FAILED, f"{directory.name}: there is no such container", hint="serai up")
        yield record
        save(directory, record)
