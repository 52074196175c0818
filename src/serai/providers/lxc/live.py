"""Changes to a container that runs: limits by its control group, ports by its relay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from serai.providers import control_groups
from serai.providers.container_verdicts import LIMITS
from serai.providers.contract import Effect, Materials, Scope, Verdict
from serai.providers.lxc import forwards, gather, lifecycle, render
from serai.providers.lxc.place import container_name, directory_of, words
from serai.providers.lxc.record import editing
from serai.spec.machine import Machine
from serai.util.files import write_atomic
from serai.util.process import run

ORDER = ("memory.memsw.limit_in_bytes", "memory.limit_in_bytes")
"""Of version 1: when both grow, that of memory and swap together goes first."""


def apply(scope: Scope, machine: Machine, keys: Mapping[str, Verdict], materials: Materials | None = None) -> None:
    """Apply what is live, write down what waits, and keep the configuration as the next start will have it."""
    directory = directory_of(scope, machine.name)
    live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE]
    runs = lifecycle.state(scope, machine.name) != "STOPPED"
    with editing(directory) as record:
        if runs and any(key == name or key.startswith(f"{name}.") for key in live for name in LIMITS):
            limit(scope, machine)
        if runs and "networks.forwarded_port" in live:
            forwards.close_all(directory)
            with forwards.listening(scope, machine, record.forwards) as found:
                record.forwards = tuple(found.forwards)
                forwards.hand_over(scope, directory, machine.name, found)
        record.pending |= {
            key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART
        }
        record.applied = machine
        if materials is not None and not runs:
            _rewrite(scope, directory, machine, materials, record.base)


def _rewrite(scope: Scope, directory: Path, machine: Machine, materials: Materials, base: str) -> None:
    """For lxc-autostart, which reads the file without asking serai."""
    site = gather.site_for(scope, machine, materials, directory, base=base)
    write_atomic(directory / "config", render.text(machine, site), mode=0o640, sync=False)


def limit(scope: Scope, machine: Machine) -> None:
    """Write its control group's files, by LXC. Raises Code.FAILED with what the kernel said."""
    wanted = control_groups.limits(machine, gather.cgroups())
    for key in sorted(wanted, key=lambda each: ORDER.index(each) if each in ORDER else len(ORDER)):
        run([*words("cgroup", container_name(scope, machine.name)), key, wanted[key]])
