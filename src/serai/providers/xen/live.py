"""Changes to a machine that is there: its balloon, virtual CPUs, pins and share while it runs; the rest waits."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote

from serai.providers.contract import Effect, Materials, Scope, Verdict
from serai.providers.xen import lifecycle, place, render
from serai.providers.xen.record import Record, editing
from serai.spec.machine import Machine


def apply(scope: Scope, machine: Machine, keys: Mapping[str, Verdict], materials: Materials | None = None) -> None:
    """Apply what is live, write down what waits, and keep the configuration as the next start will have it."""
    host, seen, record = lifecycle.made(scope, machine.name)
    live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE]
    domain = seen.domain_of(record)
    if domain is not None and not domain.ended and (lines := commands(machine, live, domain.id)):
        host.run("\n".join(["set -e", *lines]))
    if "providers.xen.autostart" in live:
        host.run(autostart(scope, record, machine))
    with editing(host, scope, machine.name) as kept:
        kept.pending |= {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
        kept.applied = machine


def commands(machine: Machine, live: list[str], number: int) -> list[str]:
    """What xl is told of a domain that runs. Source: xl(1), mem-set, vcpu-set, vcpu-pin, sched-credit2."""
    raw, found = machine.providers.xen, []
    if any(key == "memory" or key.startswith("memory.") for key in live):
        found.append(f"xl mem-set {number} {render.mib(machine.memory.size)}m")
    if any(key in ("cpu", "cpu.count") for key in live):
        # As many as stated, be they more than dom0 has: `xl create` makes such a guest, too.
        found.append(f"xl vcpu-set --ignore-host {number} {machine.cpu.total}")
    if any(key.startswith("cpu.pin") for key in live):
        places = render.pins(machine) or "all"
        each = [places] * max(machine.cpu.total, machine.cpu.max or 0) if isinstance(places, str) else places
        found += [f"xl vcpu-pin {number} {vcpu} {quote(place)}" for vcpu, place in enumerate(each)]
    for key, letter, value in (("weight", "w", raw.weight or 256), ("cap", "c", raw.cap or 0)):
        if f"providers.xen.{key}" in live:
            which = "case $(xl info xen_scheduler) in credit) s=sched-credit ;; *) s=sched-credit2 ;; esac"
            found.append(f"{which}; xl $s -d {number} -{letter} {value}")
    return found


def autostart(scope: Scope, record: Record, machine: Machine) -> str:
    """Words of a shell that set or remove the link."""
    link = quote(f"{place.AUTO}/{record.domain}.cfg")
    if not machine.providers.xen.autostart:
        return f"rm -f {link}"
    return f"mkdir -p {place.AUTO} && ln -sfn {quote(lifecycle.config_file(scope, machine.name))} {link}"
