"""What is known of all machines of a project: their records from files, and two questions to libvirt for all.

The one lists the domains that were saved to disk, the other gives every domain's state; how many there are does
not matter. A domain of serai's is known by its UUID, which project and name decide; metadata is read (a call a
domain) only where the file was lost, and the file is written anew.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

import msgspec

from serai.providers.contract import ALIVE, Observed, Scope, State
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import ledger
from serai.providers.libvirt.binding import code_of, library
from serai.providers.libvirt.connect import asking, is_lxc, is_remote, is_test, opened, uris_of
from serai.providers.libvirt.loose import cut_off, loose
from serai.providers.libvirt.record import NAMESPACE, Phase, Record, decode
from serai.providers.machine_record import observed_from

STATES = {
    0: (State.UNKNOWN, "no state"),
    1: (State.RUNNING, "running"),
    2: (State.RUNNING, "blocked"),
    3: (State.PAUSED, "paused"),
    4: (State.STOPPING, "shutdown"),
    5: (State.STOPPED, "shutoff"),
    6: (State.FAILED, "crashed"),
    7: (State.PAUSED, "pmsuspended"),  # the guest sleeps (ACPI S3)
}
"""libvirt's states -> serai's, and libvirt's own word. Source: libvirt-domain.h, virDomainState."""

PAUSES = {
    5: (State.FAILED, "paused by an I/O error of a disk: is its file system full?"),
    6: (State.FAILED, "paused by its watchdog: the guest hangs"),
    8: (State.STOPPING, ""),
    10: (State.FAILED, "the guest crashed"),
    11: (State.STARTING, ""),
    13: (State.FAILED, "its migration failed in the middle"),
    14: (State.FAILED, "an operation of libvirt failed in the middle"),
}
"""Why it is paused, where that says more than the state. Source: libvirt-domain.h, virDomainPausedReason."""

ENDS = {
    3: (State.FAILED, "the emulator crashed, or was killed"),
    6: (State.FAILED, "libvirt could not start it"),
    8: (State.FAILED, "libvirt ended it: it could not take it over when its daemon started"),
}
"""Why it is off, where that is no good reason. Source: libvirt-domain.h, virDomainShutoffReason."""

ENDED = "its first process ended, and nobody asked it to"
"""Of a container: there is no guest that powers off."""

UNDEFINED = "its domain was undefined by another program; its disks are kept: the next start defines it again"


class Domain(msgspec.Struct, frozen=True):
    """What libvirt says of one domain."""

    state: int
    reason: int = 0
    id: int = -1
    saved: bool = False
    """Its memory is on disk (managed save)."""


def observe(scope: Scope, names: Collection[str] | None = None) -> dict[str, Observed]:
    """The project's machines by name; half-made ones as `creating`. Raises when a libvirt does not answer."""
    records, broken = load_all(scope, names)
    uris = {record.uri for record in records.values()} | (
        uris_of(scope) if scope.engines or not records else set()
    )
    found: dict[str, Observed] = {}
    for uri in sorted(uris):
        taps = frozenset() if is_remote(uri) or is_test(uri) else loose()
        domains, unknown = look(uri, {record.uuid for record in records.values()})
        for record in lost(scope, uri, unknown, records, names):
            records[record.name] = record
            broken.pop(record.name, None)
        for name, record in records.items():
            if record.uri == uri:
                seen = with_living_forwards(scope, record, observed(record, domains.get(record.uuid)))
                found[name] = joined(record, seen, taps) if seen.state in ALIVE else seen
    return {name: found[name] for name in sorted(found)} | broken


def load_all(scope: Scope, names: Collection[str] | None) -> tuple[dict[str, Record], dict[str, Observed]]:
    """The records that files have; and for those without a readable one, what to say when no domain has it."""
    root = f"{scope.home}/libvirt"
    if names is None:
        try:
            names = [name for name in os.listdir(root) if name[0] != "."]  # noqa: PTH208 - hot path
        except FileNotFoundError:
            return {}, {}
    records, broken = {}, {}
    for name in names:
        try:
            with open(f"{root}/{name}/{ledger.FILE}", "rb") as file:  # noqa: PTH123 - hot path
                records[name] = decode(file.read())
        except FileNotFoundError:
            if os.path.isdir(f"{root}/{name}"):  # noqa: PTH112 - hot path
                why = "it was never made to the end"
                broken[name] = Observed(name=name, provider="libvirt", state=State.CREATING, problem=why)
        except msgspec.DecodeError as error:
            why = f"{root}/{name}/{ledger.FILE} is not a machine record: {error}"
            broken[name] = Observed(name=name, provider="libvirt", state=State.UNKNOWN, problem=why)
    return records, broken


def look(uri: str, known: Collection[str]) -> tuple[dict[str, Domain], list[Any]]:
    """All domains by UUID, and those whose UUID is not `known` but of the kind that serai gives. Two calls."""
    libvirt = library()
    conn = opened(uri)
    if is_lxc(uri):
        return look_at_containers(uri, conn, known)
    with asking(f"libvirt at {uri} does not tell its domains"):
        saved = {each.UUIDString() for each in conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)}
        told = conn.getAllDomainStats(
            libvirt.VIR_DOMAIN_STATS_STATE, libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
        )
    domains, unknown = {}, []
    for domain, stats in told:
        uuid = domain.UUIDString()
        domains[uuid] = Domain(
            stats.get("state.state", 0), stats.get("state.reason", 0), domain.ID(), uuid in saved
        )
        if uuid[14] == "8" and uuid not in known:  # the version of what machine_uuid gives
            unknown.append(domain)
    return domains, unknown


def look_at_containers(uri: str, conn: Any, known: Collection[str]) -> tuple[dict[str, Domain], list[Any]]:
    """The same of containers, whose driver has no statistics for all: three lists, one a state."""
    libvirt = library()
    domains, unknown = {}, []
    with asking(f"libvirt at {uri} does not tell its domains"):
        for number, name in ((1, "RUNNING"), (3, "PAUSED"), (5, "SHUTOFF")):
            for domain in conn.listAllDomains(getattr(libvirt, f"VIR_CONNECT_LIST_DOMAINS_{name}")):
                uuid = domain.UUIDString()
                domains[uuid] = Domain(number, id=domain.ID())
                if uuid[14] == "8" and uuid not in known:
                    unknown.append(domain)
    return domains, unknown


def lost(
    scope: Scope, uri: str, domains: list[Any], known: Collection[str], names: Collection[str] | None
) -> list[Record]:
    """The records of this project's domains that have no file, from their metadata; each file is written anew."""
    found = []
    for domain in domains:
        title = domain.name()
        for prefix in (f"{scope.project}_", f"{scope.project}-{scope.project_id}_"):
            name = title.removeprefix(prefix)
            if name == title or name in known or machine_uuid(scope.project_id, name) != domain.UUIDString():
                continue
            if (names is None or name in names) and (record := from_metadata(domain)):
                record = msgspec.structs.replace(record, uri=uri)
                ledger.save(scope, record)
                found.append(record)
    return found


def from_metadata(domain: Any) -> Record | None:
    """The record that the domain carries; None when it is none of serai's (or has just gone)."""
    libvirt = library()
    try:
        text = domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NAMESPACE, 0)
    except libvirt.libvirtError as error:
        if code_of(error) in ("VIR_ERR_NO_DOMAIN_METADATA", "VIR_ERR_NO_DOMAIN"):
            return None
        raise
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        return decode(fromstring(text).text or "")
    except (msgspec.DecodeError, ParseError):
        return None


def observed(record: Record, domain: Domain | None) -> Observed:
    """One machine, from its record and what libvirt says of its domain (None: there is no such domain)."""
    if record.phase is not Phase.MADE:
        what = "removed" if record.phase is Phase.DESTROYING else "made"
        return _observed(record, State.CREATING, str(record.phase), problem=f"it was never {what} to the end")
    if domain is None:
        return _observed(record, State.STOPPED, "undefined", problem=UNDEFINED)
    state, word = STATES.get(domain.state, (State.UNKNOWN, str(domain.state)))
    problem = "" if state is not State.UNKNOWN else f"libvirt says {word}"
    if state is State.PAUSED and domain.reason in PAUSES:
        state, problem = PAUSES[domain.reason]
    elif state is State.STOPPED and domain.saved:
        state, word = State.SUSPENDED, "saved"
    elif state is State.STOPPED and domain.reason in ENDS and not record.stopped:
        state, problem = ENDS[domain.reason]
    elif state is State.STOPPED and not record.stopped and is_lxc(record.uri):
        state, problem = State.FAILED, ENDED
    elif state is State.FAILED:
        problem = "the guest crashed"
    elif state is State.RUNNING and 0 < record.started_at <= record.ready_at and same_life(record, domain):
        state = State.READY
    return _observed(record, state, word, problem=problem, alive=same_life(record, domain))


def with_living_forwards(scope: Scope, record: Record, seen: Observed) -> Observed:
    """Ports that go by ssh end with the guest's own restart: it is not ready until `up` has opened them again."""
    if not seen.forwards or record.applied is None:
        return seen
    from serai.providers.libvirt.forwards import real

    living = real(scope, record.name, record.applied, record.uri, seen.forwards)
    if living == seen.forwards:
        return seen
    state = State.RUNNING if seen.state is State.READY else seen.state
    why = "its forwarded ports ended with a restart of the guest: serai up opens them again"
    return msgspec.structs.replace(seen, forwards=living, state=state, problem=seen.problem or why)


def joined(record: Record, seen: Observed, taps: frozenset[str]) -> Observed:
    """The same with what is to be said of interfaces whose network was destroyed: a restart makes it anew."""
    if why := cut_off(record, taps):
        problem = seen.problem or f"{why} (serai reload {record.name})"
        return msgspec.structs.replace(seen, problem=problem, pending=seen.pending | {"networks": why})
    return seen


def same_life(record: Record, domain: Domain) -> bool:
    """It was serai that started what runs now, as far as can be told."""
    return domain.id >= 0 and record.life in (0, domain.id) and not record.stopped


def _observed(record: Record, state: State, native: str, *, problem: str = "", alive: bool = False) -> Observed:
    return observed_from(record, "libvirt", state, native, problem=problem, forwards=alive)
