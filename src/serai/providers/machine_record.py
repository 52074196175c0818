"""What every provider that keeps a record keeps of a machine, and what `status` says of one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from serai.providers.contract import Forward, Mark, Observed, Snapshot, State
from serai.spec.machine import Machine
from serai.spec.network import Network


class MachineRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a provider's own record begins with."""

    name: str
    project: str
    project_id: str
    project_root: str
    applied: Machine | None = None
    image_digest: str = ""
    forwards: tuple[Forward, ...] = ()
    """Of the present life, as they really are."""
    pending: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    snapshots: tuple[Snapshot, ...] = ()
    addresses: dict[str, str] = {}
    """Network -> address with prefix: static ones, and reservations."""
    networks: dict[str, Network] = {}
    started_at: float = 0.0
    ready_at: float = 0.0
    stopped: bool = True
    """That it is meant to be off: serai stopped it, or the guest did so in order."""


def observed_from(
    record: MachineRecord,
    provider: str,
    state: State,
    native: str,
    *,
    addresses: Iterable[str] | None = None,
    problem: str = "",
    pid: int = 0,
    forwards: bool = True,
) -> Observed:
    """A machine with a record, in a state that its engine says.

    `addresses`, with or without prefixes: those that were found; None: it has those of the record. `forwards`: its
    ports are open.
    """
    known = record.addresses.values() if addresses is None else addresses
    return Observed(
        name=record.name,
        provider=provider,
        state=state,
        native_state=native,
        applied=record.applied,
        digest=record.image_digest,
        pending=record.pending,
        addresses=tuple(dict.fromkeys(address.partition("/")[0] for address in known)),
        forwards=record.forwards if forwards else (),
        marks=record.marks,
        snapshots=tuple(snapshot.name for snapshot in record.snapshots),
        problem=problem,
        ready_at=record.ready_at,
        started_at=record.started_at,
        project=record.project,
        project_id=record.project_id,
        project_root=record.project_root,
        pid=pid,
    )
