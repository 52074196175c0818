"""What is known of all containers of a project, in one pass: records, control groups, leases; no process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from serai.providers.container_record import judged, names_in, read_all
from serai.providers.contract import Observed, Scope, State
from serai.providers.leases import by_mac
from serai.providers.nspawn import groups
from serai.providers.nspawn.place import prefix, state_root
from serai.providers.nspawn.record import Record, load
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import SeraiError

STOPPED, STARTING, RUNNING, FROZEN = "stopped", "starting", "running", "frozen"
STATES = {
    STOPPED: State.STOPPED,
    STARTING: State.STARTING,
    RUNNING: State.RUNNING,
    FROZEN: State.PAUSED,
}


def observe(scope: Scope, names: Collection[str] | None = None) -> dict[str, Observed]:
    """Every container of the project, by the machine's name, sorted."""
    root, head = state_root(), prefix(scope)
    records, found = read_all(root, head, "nspawn", names, load)
    second = groups.mounts()[0] if records else ""
    states = {name: native(groups.home(f"{head}{name}", second)) for name in records}
    on = any(word != STOPPED for word in states.values())
    leases = by_mac() if on and any(record.macs for record in records.values()) else {}
    for name, record in records.items():
        word = states[name]
        found[name] = judged(record, "nspawn", STATES[word], word, leases, partial(ended, scope))
    return found


def native(group: str) -> str:
    """What a container's group tells of it."""
    if not groups.supervisor(group):
        return STOPPED
    if groups.is_frozen(group):
        return FROZEN
    return RUNNING if groups.leader(group) else STARTING


def ended(scope: Scope, record: Record) -> str:
    """Why a container that nobody stopped does not run, with its last words."""
    from serai.providers.nspawn.place import directory_of
    from serai.providers.nspawn.reason import why_ended

    return why_ended(directory_of(scope, record.name), record)


def running(scope: Scope) -> list[tuple[Machine, Mapping[str, Network]]]:
    """Those of the project that run: spec, and the networks that they were started with."""
    root, head = state_root(), prefix(scope)
    found: list[tuple[Machine, Mapping[str, Network]]] = []
    for name in sorted(names_in(root, head)):
        record = load(f"{root}/{head}{name}")
        if record is not None and record.applied is not None and groups.supervisor(groups.home(f"{head}{name}")):
            found.append((record.applied, record.networks))
    return found


def find_projects() -> list[tuple[str, str, str, list[str]]]:
    """All projects with containers on this host: (project, its id, its directory, names of the machines)."""
    found: dict[str, tuple[str, str, str, list[str]]] = {}
    for directory in sorted(Path(state_root()).glob("serai-*")):
        try:
            record = load(directory)
        except SeraiError:
            continue  # `observe` of its project tells what is wrong
        if record:
            names: list[str] = []
            entry = (record.project, record.project_id, record.project_root, names)
            found.setdefault(record.project_id, entry)[3].append(record.name)
    return list(found.values())
