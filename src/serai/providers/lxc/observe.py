"""What is known of all containers of a project, in one pass: records, one table of sockets, leases."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from serai.providers.container_record import judged, read_all
from serai.providers.contract import Observed, Scope, State
from serai.providers.leases import by_mac
from serai.providers.lxc import command
from serai.providers.lxc.place import container_name, lxcpath, prefix
from serai.providers.lxc.record import Record, load
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import SeraiError

STATES = {
    "STOPPED": State.STOPPED,
    "STARTING": State.STARTING,
    "RUNNING": State.RUNNING,
    "STOPPING": State.STOPPING,
    "ABORTING": State.STOPPING,
    "FREEZING": State.PAUSED,
    "FROZEN": State.PAUSED,
    "THAWED": State.RUNNING,
    command.UNKNOWN: State.UNKNOWN,
}
LOST = "it lives, but its monitor does not answer"


def observe(scope: Scope, names: Collection[str] | None = None) -> dict[str, Observed]:
    """Every container of the project, by the machine's name, sorted."""
    root, head = lxcpath(), prefix(scope)
    records, found = read_all(root, head, "lxc", names, load)
    states = command.states(root, [f"{head}{name}" for name in records]) if records else {}
    leases = by_mac() if states and any(record.macs for record in records.values()) else {}
    for name, record in records.items():
        native = states.get(f"{head}{name}", "STOPPED")
        found[name] = judged(record, "lxc", STATES[native], native.lower(), leases, partial(ended, scope), LOST)
    return found


def ended(scope: Scope, record: Record) -> str:
    """Why a container that nobody stopped does not run, with its last words."""
    from serai.providers.lxc.reason import why_ended

    return why_ended(Path(lxcpath()) / container_name(scope, record.name), record)


def running(scope: Scope) -> list[tuple[Machine, Mapping[str, Network]]]:
    """Those of the project that run: spec, and the networks that they were started with."""
    head = prefix(scope)
    found: list[tuple[Machine, Mapping[str, Network]]] = []
    for name in sorted(command.living(lxcpath())):
        record = load(f"{lxcpath()}/{name}") if name.startswith(head) else None
        if record is not None and record.applied is not None:
            found.append((record.applied, record.networks))
    return found


def find_projects() -> list[tuple[str, str, str, list[str]]]:
    """All projects with containers on this host: (project, its id, its directory, names of the machines)."""
    found: dict[str, tuple[str, str, str, list[str]]] = {}
    for directory in sorted(Path(lxcpath()).glob("serai-*")):
        try:
            record = load(directory)
        except SeraiError:
            continue  # `observe` of its project tells what is wrong
        if record:
            names: list[str] = []
            entry = (record.project, record.project_id, record.project_root, names)
            found.setdefault(record.project_id, entry)[3].append(record.name)
    return list(found.values())
