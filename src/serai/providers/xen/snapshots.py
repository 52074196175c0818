"""Snapshots of a machine on dom0: inside its qcow2 disks, with its memory in a file where it runs.

A domain holds its disks open: one that runs is saved for that moment, and goes on from what was saved.
"""

from __future__ import annotations

import time
from shlex import quote

from serai.providers.contract import Progress, Scope, Snapshot
from serai.providers.key_names import named
from serai.providers.xen import lifecycle, place
from serai.providers.xen.dom0 import Dom0
from serai.providers.xen.gather import ROOT
from serai.providers.xen.record import Record, editing
from serai.providers.xen.toolstack import stack
from serai.util.errors import Code, SeraiError


def disks_of(record: Record) -> list[str]:
    """All that it can write to. Raises Code.UNSUPPORTED for one that holds no snapshots."""
    machine = record.applied
    own = [name for name, disk in machine.disks.items() if disk.path and not disk.readonly] if machine else []
    plain = [name for name, path in record.made.items() if not path.endswith(".qcow2")]
    other = [name for name in plain if not _detached(record, name)]
    if own or other:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{record.name}: disk {', '.join([*own, *other])} holds no snapshots: it is no qcow2 file of serai's",
            hint="disks: {NAME: {format: qcow2}}",
        )
    return [path for name, path in record.made.items() if name not in plain]


def _detached(record: Record, name: str) -> bool:
    """Whether it has no such disk any more: one that waits for that is still written to."""
    machine = record.applied
    if machine is None or name == ROOT or name in machine.disks:
        return False
    return not any(named(key, [name])[0] == name for key in record.pending if key.startswith("disks."))


def memory_file(scope: Scope, name: str, snapshot: str) -> str:
    return f"{place.directory(scope, name)}/snapshots/{snapshot}.memory"


def _each(record: Record, letter: str, snapshot: str) -> str:
    lines = [f"qemu-img snapshot -{letter} {quote(snapshot)} {quote(disk)}" for disk in disks_of(record)]
    return "\n".join(["set -e", *lines])


def save(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Keep disks, and memory where it runs, as they are now. One that is there by that name gives way."""
    host, seen, record = lifecycle.made(scope, name)
    disks_of(record)
    if any(each.name == snapshot for each in record.snapshots):
        delete(scope, name, snapshot)
    domain = seen.domain_of(record)
    runs = domain is not None and not domain.ended
    file = memory_file(scope, name, snapshot)
    if runs and domain is not None:
        progress("writing its memory to disk")
        host.run(f"mkdir -p -m 700 {quote(file.rpartition('/')[0])}")
        lifecycle.save_memory(host, record, domain, file)
    try:
        progress("marking its disks")
        host.run(_each(record, "c", snapshot))
    finally:
        if runs:
            lifecycle.restore_memory(host, scope, record, file)
    with editing(host, scope, name) as kept:
        others = [each for each in kept.snapshots if each.name != snapshot]
        kept.snapshots = (*others, Snapshot(name=snapshot, at=round(time.time(), 3), memory=runs))


def restore(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Disks as they were then; with memory, it goes on where it was."""
    host, seen, record = lifecycle.made(scope, name)
    known = next((each for each in record.snapshots if each.name == snapshot), None)
    if known is None:
        raise SeraiError(Code.INPUT, f"{name} has no snapshot {snapshot}", hint=f"serai snapshot list {name}")
    domain = seen.domain_of(record)
    if domain is not None:
        host.run(stack(record.via).destroy(domain.id), check=False)
    progress("putting its disks back")
    host.run(_each(record, "a", snapshot))
    if known.memory:
        progress("reading its memory from disk")
        lifecycle.restore_memory(host, scope, record, memory_file(scope, name, snapshot))
    with editing(host, scope, name) as kept:
        kept.saved, kept.stopped = False, not known.memory
        kept.boot = seen.boot
    _forget_saved(host, scope, name)


def _forget_saved(host: Dom0, scope: Scope, name: str) -> None:
    """Memory that was saved is of disks that are gone."""
    host.run(f"rm -f {quote(f'{place.directory(scope, name)}/{place.SAVED}')}")


def delete(scope: Scope, name: str, snapshot: str) -> None:
    """A domain that runs holds its disks: one that runs is saved for that moment."""
    host, seen, record = lifecycle.made(scope, name)
    domain = seen.domain_of(record)
    runs = domain is not None and not domain.ended
    between = f"{place.directory(scope, name)}/{place.SAVED}"
    if runs and domain is not None:
        lifecycle.save_memory(host, record, domain, between)
    try:
        host.run(_each(record, "d", snapshot))
    finally:
        if runs:
            lifecycle.restore_memory(host, scope, record, between)
            host.run(f"rm -f {quote(between)}")
    host.run(f"rm -f {quote(memory_file(scope, name, snapshot))}")
    with editing(host, scope, name) as kept:
        kept.snapshots = tuple(each for each in kept.snapshots if each.name != snapshot)
