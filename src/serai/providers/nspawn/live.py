"""Changes to a container that runs: limits by its control group, ports by its relay."""

from __future__ import annotations

from collections.abc import Mapping

from serai.providers import control_groups, port_relay
from serai.providers.container_verdicts import LIMITS, is_one
from serai.providers.contract import Effect, Materials, Scope, Verdict
from serai.providers.nspawn import groups, lifecycle, ports, unit
from serai.providers.nspawn.place import by_systemd, directory_of, machine_name, unit_of
from serai.providers.nspawn.record import editing
from serai.spec.machine import Machine
from serai.util.process import run

ORDER = ("memory.memsw.limit_in_bytes", "memory.limit_in_bytes")
"""Of version 1: when both grow, that of memory and swap together goes first."""


def apply(scope: Scope, machine: Machine, keys: Mapping[str, Verdict], materials: Materials | None = None) -> None:
    """Apply what is live, write down what waits, and keep the settings as the next start will have them."""
    live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE]
    runs = lifecycle.is_on(scope, machine.name)
    directory, name = directory_of(scope, machine.name), machine_name(scope, machine.name)
    with editing(directory) as record:
        if runs and any(is_one(key, LIMITS) for key in live):
            limit(machine, name)
        if runs and "networks.forwarded_port" in live:
            port_relay.close_all(directory)
            with port_relay.listening(machine, record.forwards, lambda: ports.taken(name)) as found:
                record.forwards = tuple(found.forwards)
                port_relay.hand_over(directory, lambda: groups.leader(groups.home(name)), found)
        record.pending |= {
            key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART
        }
        record.applied = machine
        if materials is not None and not runs:
            lifecycle.configure(scope, record, machine, materials)


def limit(machine: Machine, name: str) -> None:
    """By systemd where it has the group, else the files themselves. Raises Code.FAILED with what was said."""
    if by_systemd():
        stated = [f"{key}={value}" for key, value in unit.properties(machine).items()]
        run(["systemctl", "set-property", "--runtime", unit_of(name), *stated])
        return
    wanted = control_groups.limits(machine, control_groups.cgroups())
    ordered = sorted(wanted, key=lambda each: ORDER.index(each) if each in ORDER else len(ORDER))
    groups.write(name, {key: wanted[key] for key in ordered})
