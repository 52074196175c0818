"""What serai has changed on a host, kept on that host: one file a tuning, with what stood there before.

A step is written down before it is done and again after; a run that was killed is finished, or undone, from here.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from serai.host.changes.change import PLACE, Kept
from serai.host.changes.file import make_parents, missing_parents, sweep
from serai.host.changes.known import AnyChange
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Phase(StrEnum):
    BEGUN = "begun"
    DONE = "done"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change that was begun, or done; one that was undone is not here any more."""

    change: AnyChange
    before: Kept
    after: Kept | None = None
    phase: Phase = Phase.BEGUN
    boot: str = ""
    """The kernel's id of the boot in which it was done."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done under one name, in order; empty when all of it was undone."""

    id: str
    value: str = ""
    """What was asked for: `never`, `24GiB`."""
    at: str = ""
    """When, in UTC."""
    steps: tuple[Step, ...] = ()
    owed: tuple[str, ...] = ()
    """Follow-ups that have not been run yet."""
    made: tuple[str, ...] = ()
    """Directories that were made for what is undone, and were in use still: they go when they are empty."""

    @property
    def finished(self) -> bool:
        return not self.owed and all(step.phase is Phase.DONE for step in self.steps)


class Ledger:
    """The records of one host."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    def names(self) -> list[str]:
        found = self.reach.names(PLACE) or []
        return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))

    def read(self, ident: str) -> Record | None:
        """The record of a name; None: there is none.

        Raises SeraiError: Code.CORRUPT for one that is damaged, Code.REFUSED for a user who may not read it.
        """
        try:
            data = self.reach.read(self._path(ident))
        except PermissionError as error:
            raise SeraiError(
                Code.REFUSED,
                f"{self.reach.name}: {self._path(ident)}: {error.strerror}",
                hint="run it as root: it holds what stood in files that others may not read",
            ) from error
        if data is None:
            return None
        try:
            return msgspec.json.decode(data, type=Record)
        except msgspec.MsgspecError as error:
            raise SeraiError(
                Code.CORRUPT,
                f"{self.reach.name}: {self._path(ident)} cannot be read: {error}",
                hint="it says what serai changed; undo it by hand, then remove the file",
            ) from error

    def all(self) -> list[Record]:
        """The newest first: the order in which they are undone."""
        found = [record for name in self.names() if (record := self.read(name))]
        return sorted(found, key=lambda record: record.at, reverse=True)

    def write(self, record: Record) -> None:
        """On the disk when it returns; a record without anything in it is removed."""
        sweep(self.reach, self._path(record.id))
        if not record.steps and not record.owed:
            self.reach.remove(self._path(record.id))
            self._leave()
            return
        make_parents(self.reach, missing_parents(self.reach, self._path(record.id)))
        self.reach.write(self._path(record.id), msgspec.json.format(msgspec.json.encode(record)), mode=0o600)

    def _leave(self) -> None:
        for place in (PLACE, PLACE.rpartition("/")[0]):
            if self.reach.names(place) == []:
                self.reach.remove(place)

    @staticmethod
    def _path(ident: str) -> str:
        return f"{PLACE}/{ident}.json"

    def boot(self) -> str:
        """The kernel's id of this boot; empty in a tree."""
        return (self.reach.read(BOOT_ID) or b"").decode().strip() if self.reach.live else ""
