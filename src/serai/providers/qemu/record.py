"""What serai keeps of one machine: `machine.json` in its directory, one record, replaced in one step.

The directory is the database: everything else in it (disks, sockets, logs) can be explained from the record.
Whether QEMU lives is never read from the record but from the kernel: QEMU inherits an open file with a lock
on it (`life`), which the kernel frees when the process ends. A reused process id cannot fool that.
"""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from serai.providers import record_file
from serai.providers.contract import Image
from serai.providers.machine_record import MachineRecord
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

RECORD = "machine.json"
LIFE = "life"
PIDFILE = "qemu.pid"


class Phase(StrEnum):
    """How far the directory is made."""

    CREATING = "creating"
    MADE = "made"
    DESTROYING = "destroying"


class Plugged(msgspec.Struct, frozen=True):
    """A part added while the machine ran; a resumed machine must be started with it again."""

    option: str
    """`-object`, `-blockdev` or `-device`."""
    value: dict[str, Any]


class Ram(StrEnum):
    """Where the memory of a running machine is; see qemu/warm.py."""

    PLAIN = ""
    OWN = "own"
    """In a file of its directory, which other processes see."""
    TEMPLATE = "template"
    """In a template's file, and what differs from it in pages of its own."""
    FORK = "fork"
    """In memory that forks of one moment share, and what differs from it in pages of its own."""
    NAMED = "named"
    """Loaded from a file that one of those was saved to."""


class Hardware(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a saved memory fits to: the spec that QEMU was started with, and what was plugged since."""

    machine: Machine
    plugged: tuple[Plugged, ...] = ()
    kind: str = ""
    """The versioned machine type, `pc-q35-7.2`: `q35` may mean another one after an upgrade of QEMU."""
    accel: str = ""
    ram: Ram = Ram.PLAIN
    woken: bool = False
    """Its network's DHCP server remembers the guest of the template (see render/nics.py)."""


class Record(MachineRecord, kw_only=True, omit_defaults=True):
    """One machine of serai's on QEMU."""

    phase: Phase = Phase.CREATING
    uuid: str = ""
    instance_id: str = ""
    image: Image | None = None
    user: str = "root"
    untold: tuple[str, ...] = ()
    """Networks where nobody tells the guest its address: its image reads no seed, and DHCP does not serve it."""
    hardware: Hardware | None = None
    """Of the present life, or of the suspended one."""
    template: str = ""
    """Key of the template, or of the fork's moment, that its disks stand on (see qemu/template.py)."""
    newborn: bool = False
    """It was started with the memory of a template, and has not said that it knows who it is."""
    suspended: bool = False
    """Its memory is in `suspend/`."""
    set_up: bool = False
    """The settings of `guest` are on its disks already: the seed only says who it is."""
    nameless: bool = False
    """Its guest has forgotten who it is, for a layer, and has not said that it knows itself again."""


_encoder = msgspec.json.Encoder(enc_hook=record_file.encode_path)


@cache
def _decoder() -> msgspec.json.Decoder[Record]:
    """Made for the first record: it takes a millisecond, and a project without machines has none."""
    return msgspec.json.Decoder(Record, dec_hook=record_file.decode_path)


def load(directory: Path | str) -> Record | None:
    """The record, or None when there is none. Raises Code.CORRUPT when it cannot be read as one."""
    return record_file.read(f"{directory}/{RECORD}", _decoder, "a machine record")


def save(directory: Path, record: Record, *, sync: bool = False) -> None:
    """Replace the record in one step. `sync`: it also survives a power cut."""
    record_file.write(directory / RECORD, _encoder.encode(record), sync=sync)


def editing(directory: Path) -> AbstractContextManager[Record]:
    """Change the record under its own lock. Raises Code.FAILED when there is no machine."""
    return record_file.editing(directory / "record.lock", "machine", load, save)


# struct flock: l_type, l_whence, l_start, l_len, l_pid (fcntl(2)); l_pid must be 0 for locks of open files.
_FLOCK = "hhqqi4x"


def hold_life(directory: Path) -> int:
    """Take the life lock and give its descriptor, to be inherited by QEMU. Raises Code.BUSY when QEMU lives."""
    handle = os.open(directory / LIFE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    except OSError as error:
        os.close(handle)
        raise SeraiError(Code.BUSY, f"{directory.name}: a QEMU of this machine already runs") from error
    return handle


def is_alive(directory: Path | str) -> bool:
    """Whether a QEMU of this machine lives: somebody holds the life lock. Only looks, takes nothing."""
    try:
        handle = os.open(f"{directory}/{LIFE}", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        found = struct.unpack(_FLOCK, fcntl.fcntl(handle, fcntl.F_OFD_GETLK, asked))
        return bool(found[0] != fcntl.F_UNLCK)
    finally:
        os.close(handle)


def process_id(directory: Path | str, uuid: str) -> int:
    """The pid of the machine's QEMU, checked by the uuid in its command line; 0 when none is found."""
    try:
        with open(f"{directory}/{PIDFILE}") as file:  # noqa: PTH123 - hot path
            pid = int(file.read().strip() or 0)
    except (FileNotFoundError, ValueError):
        pid = 0
    if pid and names_uuid(pid, uuid):
        return pid
    for entry in os.listdir("/proc"):  # noqa: PTH208 - QEMU has not written its pid yet
        if entry.isdigit() and names_uuid(int(entry), uuid):
            return int(entry)
    return 0


def names_uuid(pid: int, uuid: str) -> bool:
    """Whether the process was started with `-uuid UUID`."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 - hot path
            return b"\0-uuid\0" + uuid.encode() + b"\0" in file.read()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
