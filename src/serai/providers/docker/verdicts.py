"""How each changed key would be applied to a container: live, by a new one, or not at all. Pure.

A container is its configuration: most of it can only be changed by making another one. What it takes (CPU, memory,
processes), when it is restarted, its networks and its small files can be changed while it runs.
"""

from __future__ import annotations

import re
from typing import Any

from serai.providers.container_verdicts import MEMORY
from serai.providers.contract import Effect, Observed, Verdict
from serai.providers.control_groups import memory_limit
from serai.spec.machine import Machine

LIVE = Verdict(Effect.LIVE)
UPDATED = frozenset(
    {
        "cpu.count",
        "memory.size",
        "container.cpus",
        "container.memory",
        "container.memory_reservation",
        "container.memory_swap",
        "container.cpu_shares",
        "container.cpuset",
        "container.pids",
        "container.restart",
    }
)
"""What `POST /containers/ID/update` takes. Source: moby, api/swagger.yaml."""
RECORD_ONLY = frozenset(
    {
        *("provision", "after", "ready", "hooks", "env", "autostart", "primary", "keep", "halt_timeout"),
        *("communicator", "ssh", "user", "guest", "container.pull", "container.login", "container.job"),
        "container.stop_timeout",
    }
)
"""Keys that only serai reads, the next time that it needs them."""
ANEW = "a container has it from when it was made"


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` from `old` to `new` would be applied."""
    plain = re.sub(r"\[[0-9]*\]", "", key)
    if plain in ("name", "provider"):
        return Verdict(Effect.IMMUTABLE, "it is what the machine is known by")
    if plain in UPDATED:
        return _updated(machine, plain, new)
    if any(plain == each or plain.startswith(f"{each}.") for each in RECORD_ONLY):
        return LIVE
    if plain == "container.files":
        read_only = machine.container is not None and machine.container.read_only
        return Verdict(Effect.RECREATE, ANEW) if read_only else Verdict(Effect.LIVE, "it is put into it")
    if plain == "networks.private" and not _mode(machine):
        return Verdict(Effect.LIVE, "it joins and leaves networks while it runs")
    if plain.startswith("providers.") and not plain.startswith(f"providers.{machine.provider}"):
        return LIVE
    return Verdict(Effect.RECREATE, ANEW)


def _mode(machine: Machine) -> str | None:
    return machine.container.network_mode if machine.container else None


def _updated(machine: Machine, key: str, new: Any) -> Verdict:
    """A limit can be set and moved; that there is none any more cannot be said of every one."""
    if new is None and key in MEMORY and memory_limit(machine) is not None:
        return LIVE
    if new is None and key not in ("container.restart",):
        return Verdict(Effect.RECREATE, "a limit is moved while it runs, but taken away only by a new container")
    return LIVE
