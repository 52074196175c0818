"""Changes to a machine that is there: its balloon, virtual CPUs, pins and share while it runs; the rest waits."""

from __future__ import annotations

from collections.abc import Mapping

from serai.providers.contract import Effect, Materials, Scope, Verdict
from serai.providers.xen import lifecycle, render
from serai.providers.xen.record import editing
from serai.providers.xen.toolstack import stack
from serai.spec.machine import Machine


def apply(scope: Scope, machine: Machine, keys: Mapping[str, Verdict], materials: Materials | None = None) -> None:
    """Apply what is live, write down what waits, and keep the configuration as the next start will have it."""
    host, seen, record = lifecycle.made(scope, machine.name)
    live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE]
    domain = seen.domain_of(record)
    if domain is not None and not domain.ended and (lines := commands(machine, live, domain.id)):
        host.run("\n".join(["set -e", *lines]))
    if "providers.xen.autostart" in live:
        file = lifecycle.config_file(scope, machine.name)
        on = machine.providers.xen.autostart
        host.run(stack(record.via).autostart(lifecycle.auto_link(record), file, record.domain, on))
    with editing(host, scope, machine.name) as kept:
        kept.pending |= {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
        kept.applied = machine


def commands(machine: Machine, live: list[str], number: int) -> list[str]:
    """What dom0 is told of a domain that runs. Source: xl(1), mem-set, vcpu-set, vcpu-pin, sched-credit2."""
    raw, found = machine.providers.xen, []
    tools = stack(raw.via)
    if any(key == "memory" or key.startswith("memory.") for key in live):
        found.append(tools.memory(number, render.mib(machine.memory.size)))
    if any(key in ("cpu", "cpu.count") for key in live):
        found.append(tools.vcpus(number, machine.cpu.total))
    if any(key.startswith("cpu.pin") for key in live):
        places = render.pins(machine) or "all"
        each = [places] * max(machine.cpu.total, machine.cpu.max or 0) if isinstance(places, str) else places
        found += [tools.pin(number, vcpu, place) for vcpu, place in enumerate(each)]
    for key, value in (("weight", raw.weight or 256), ("cap", raw.cap or 0)):
        if f"providers.xen.{key}" in live:
            found.append(tools.share(number, key, value))
    return found
