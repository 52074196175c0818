"""What is known of all containers of a project, in one pass: records, one table of sockets, leases."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from serai.providers.contract import Observed, Scope, State
from serai.providers.leases import by_mac
from serai.providers.lxc import command
from serai.providers.lxc.place import container_name, lxcpath, prefix
from serai.providers.lxc.record import Phase, Record, load
from serai.providers.machine_record import observed_from
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


def observe(scope: Scope, names: Collection[str] | None = None) -> dict[str, Observed]:
    """Every container of the project, by the machine's name, sorted."""
    root, head = lxcpath(), prefix(scope)
    records: dict[str, Record] = {}
    found: dict[str, Observed] = {}
    for name in sorted(_names(root, head) if names is None else names):
        directory = f"{root}/{head}{name}"
        try:
            record = load(directory)
        except SeraiError as error:
            found[name] = Observed(name=name, provider="lxc", state=State.UNKNOWN, problem=error.message)
            continue
        if record is not None:
            records[name] = record
        elif os.path.isdir(directory):  # noqa: PTH112 - the path of `status`
            what = "it was never made to the end"
            found[name] = Observed(name=name, provider="lxc", state=State.CREATING, problem=what)
    states = command.states(root, [f"{head}{name}" for name in records]) if records else {}
    leases = by_mac() if states and any(record.macs for record in records.values()) else {}
    for name, record in records.items():
        found[name] = _observed(scope, record, states.get(f"{head}{name}", "STOPPED"), leases)
    return found


def _names(root: str, head: str) -> list[str]:
    try:
        entries = os.listdir(root)  # noqa: PTH208 - the path of `status`
    except FileNotFoundError:
        return []
    return [name.removeprefix(head) for name in entries if name.startswith(head)]


def _observed(scope: Scope, record: Record, native: str, leases: dict[str, str]) -> Observed:
    state, problem = STATES[native], ""
    if record.phase is not Phase.MADE:
        state, problem = State.CREATING, "it was never made to the end"
    elif state is State.STOPPED and not record.stopped:
        state, problem = State.FAILED, ended(scope, record)
    elif state is State.UNKNOWN:
        problem = "it lives, but its monitor does not answer"
    elif state is State.RUNNING and record.ready_at >= record.started_at > 0:
        state = State.READY
    known = list(record.addresses.values())
    if native != "STOPPED":
        known = [*(leases[mac] for mac in record.macs if mac in leases), *known]
    return observed_from(record, "lxc", state, native.lower(), addresses=known, problem=problem)


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
