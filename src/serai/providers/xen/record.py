"""What serai keeps of one domain of xl's: `record.json` in its directory on dom0, which is the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from shlex import quote

import msgspec

from serai.providers import record_file
from serai.providers.contract import Image, Scope
from serai.providers.machine_record import MachineRecord
from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0
from serai.spec.xen import Via, XenType
from serai.util.errors import Code, SeraiError


class Phase(StrEnum):
    CREATING = "creating"
    MADE = "made"


class Record(MachineRecord, kw_only=True, omit_defaults=True):
    """One machine."""

    domain: str
    uuid: str
    via: Via = Via.XL
    """Whose domain it is."""
    phase: Phase = Phase.CREATING
    kind: XenType = XenType.PVH
    image: Image | None = None
    instance_id: str = ""
    user: str = "root"
    made: dict[str, str] = {}
    """Disk -> its file or volume that serai made; one that was detached, and has left its name to another: by its
    path."""
    bridges: tuple[str, ...] = ()
    """Bridges of private networks that serai makes, and that it has a card on."""
    macs: tuple[str, ...] = ()
    """Of all its cards, the uplink first."""
    uplink: str = ""
    """The bridge of its uplink; empty: it has none."""
    taken: tuple[str, ...] = ()
    """PCI functions that were taken from dom0's drivers for it, as `0000:01:00.0`."""
    kernel: bool = False
    """It was started with a kernel of its own: its console is Xen's, in HVM too."""
    saved: bool = False
    """Its memory lies in a file: it goes on from there."""
    boot: str = ""
    """Of dom0, when it was last started."""


@cache
def _decoder() -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(Record, dec_hook=record_file.decode_path)


def encode(record: Record) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record, enc_hook=record_file.encode_path), indent=1)


def decode(text: str, where: str) -> Record:
    """Raises Code.CORRUPT when it cannot be read as a record."""
    try:
        return _decoder().decode(text)
    except msgspec.DecodeError as error:
        raise SeraiError(
            Code.CORRUPT, f"{where} is not the record of a machine: {error}", hint="mend the file, or destroy it"
        ) from error


def load(dom0: Dom0, scope: Scope, name: str) -> Record | None:
    """The record, or None when there is none."""
    file = f"{place.directory(scope, name)}/{place.RECORD}"
    text = dom0.run(f"cat {quote(file)} 2>/dev/null || [ ! -e {quote(file)} ]").stdout
    return decode(text, f"{dom0.name}:{file}") if text else None


def save(dom0: Dom0, scope: Scope, record: Record) -> None:
    """Replace the record in one step."""
    dom0.put(encode(record), f"{place.directory(scope, record.name)}/{place.RECORD}")


@contextmanager
def editing(dom0: Dom0, scope: Scope, name: str) -> Iterator[Record]:
    """Change the record. Raises Code.FAILED when there is none. The project's lock keeps others away."""
    record = load(dom0, scope, name)
    if record is None:
        raise SeraiError(Code.FAILED, f"{name}: there is no such machine on {dom0.name}", hint="serai up")
    yield record
    save(dom0, scope, record)
