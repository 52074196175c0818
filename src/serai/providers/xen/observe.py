"""What is known of all machines of a project on their dom0s: one look at each dom0."""

from __future__ import annotations

import os
from collections.abc import Collection

from serai.providers.contract import Observed, Scope, State
from serai.providers.machine_record import observed_from
from serai.providers.xen import place
from serai.providers.xen.dom0 import dom0
from serai.providers.xen.look import Domain, Seen, look
from serai.providers.xen.record import Phase, Record


def observe(scope: Scope, names: Collection[str] | None = None) -> dict[str, Observed]:
    """Every machine of the project, by its name, sorted."""
    found: dict[str, Observed] = {}
    for host in place.hosts(scope):
        if seen := seen_at(scope, host):
            found |= {name: each for name, each in of(seen).items() if names is None or name in names}
    return dict(sorted(found.items()))


def seen_at(scope: Scope, host: str) -> Seen | None:
    """None: this host has none of its machines, and need not be asked."""
    if not host and not os.path.isdir(place.project_directory(scope)):  # noqa: PTH112 - the path of `status`
        return None
    return look(dom0(host), scope)


def of(seen: Seen) -> dict[str, Observed]:
    """The machines of one dom0."""
    found = {
        name: Observed(name=name, provider="xen", state=State.UNKNOWN, problem=why)
        for name, why in seen.unreadable.items()
    }
    for name in seen.half:
        what = "it was never made to the end"
        found[name] = Observed(name=name, provider="xen", state=State.CREATING, problem=what)
    for name, record in seen.records.items():
        found[name] = observed(seen, record)
    return found


def observed(seen: Seen, record: Record) -> Observed:
    domain = seen.domain_of(record)
    state, native, problem = state_of(seen, record, domain)
    known = list(record.addresses.values())
    if domain is not None:
        known = [*(seen.addresses[mac] for mac in record.macs if mac in seen.addresses), *known]
    return observed_from(record, "xen", state, native, addresses=known, problem=problem)


def state_of(seen: Seen, record: Record, domain: Domain | None) -> tuple[State, str, str]:
    """The state, xl's own word for it, and what is wrong."""
    if seen.error is not None:
        return State.UNKNOWN, "", seen.error.message
    if record.phase is not Phase.MADE:
        return State.CREATING, "", "it was never made to the end"
    if domain is None:
        return _absent(seen, record)
    if "c" in domain.state:
        return State.FAILED, domain.state, "its kernel crashed"
    if "d" in domain.state:
        return State.STOPPING, domain.state, ""
    if "s" in domain.state:
        return State.STOPPED, domain.state, ""
    if "p" in domain.state:
        return State.PAUSED, domain.state, ""
    ready = record.ready_at >= record.started_at > 0
    return (State.READY if ready else State.RUNNING), domain.state, ""


def _absent(seen: Seen, record: Record) -> tuple[State, str, str]:
    """No domain: off, saved, or ended by itself. After a restart of dom0 no domain has a bad end."""
    if record.saved:
        return State.SUSPENDED, "", ""
    same_life = record.boot == seen.boot
    if not record.stopped and same_life and record.name in seen.ends:
        return State.FAILED, "", seen.ends[record.name]
    return State.STOPPED, "", ""
