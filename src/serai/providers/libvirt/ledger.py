"""The file half of a record: `machine.json` in the machine's directory, changed under a lock of its own.

The other half is the domain's metadata (`record`). A record is written to the file first; `lifecycle` gives it
to the domain with the next definition, and `keep` without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from serai.providers.contract import Scope
from serai.providers.libvirt.record import Phase, Record, decode, encode
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic

FILE = "machine.json"
DEFINED = "defined.xml"
"""What serai defined last, to tell its own words from those of others (`merge`)."""


def directory_of(scope: Scope, name: str) -> Path:
    """What serai keeps of the machine on this host."""
    return scope.home / "libvirt" / name


def names(scope: Scope) -> list[str]:
    """The machines that have a record, sorted."""
    try:
        found = [entry.name for entry in (scope.home / "libvirt").iterdir() if entry.name[0] != "."]
    except FileNotFoundError:
        return []
    return sorted(found)


def load(scope: Scope, name: str) -> Record | None:
    """The record, or None when there is none. Raises Code.CORRUPT when it cannot be read as one."""
    path = directory_of(scope, name) / FILE
    try:
        return decode(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except msgspec.DecodeError as error:
        raise SeraiError(
            Code.CORRUPT,
            f"{path} is not a machine record: {error}",
            hint="remove that file: the domain has another copy of it",
        ) from error


def save(scope: Scope, record: Record, *, sync: bool = False) -> None:
    """Replace the file in one step. `sync`: it also survives a power cut."""
    directory = private_dir(directory_of(scope, record.name))
    text = msgspec.json.format(encode(record), indent=1)
    write_atomic(directory / FILE, text, sync=sync)


@contextmanager
def editing(scope: Scope, name: str) -> Iterator[Record]:
    """Change the record under the machine's own lock. Raises Code.FAILED when there is no machine."""
    with locked(scope, name):
        record = load(scope, name)
        if record is None:
            raise SeraiError(Code.FAILED, f"{name}: there is no such machine", hint="serai up")
        yield record
        save(scope, record)


@contextmanager
def locked(scope: Scope, name: str) -> Iterator[None]:
    """Nobody else changes the record meanwhile."""
    from serai.util.locks import lock

    if not directory_of(scope, name).is_dir():
        raise SeraiError(Code.FAILED, f"{name}: there is no such machine", hint="serai up")
    with lock(directory_of(scope, name) / "record.lock", what=f"machine {name}"):
        yield


def defined(scope: Scope, name: str) -> str | None:
    """The XML that serai defined last; None when that is lost."""
    try:
        return (directory_of(scope, name) / DEFINED).read_text()
    except FileNotFoundError:
        return None


def made(scope: Scope, name: str) -> Record:
    """The record of a machine that is whole. Raises Code.FAILED."""
    record = load(scope, name)
    if record is None or record.phase is not Phase.MADE:
        what = "is not made" if record is None else "was never made to the end"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    return record
