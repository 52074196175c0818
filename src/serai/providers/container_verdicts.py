"""How each changed key would be applied to a container that an engine without images runs. Pure."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import ALIVE, Effect, Observed, Verdict
from serai.providers.control_groups import memory_limit
from serai.spec.machine import Machine

LIVE = Verdict(Effect.LIVE)
MADE_OF = ("image", "arch", "container.rootfs", "container.template", "container.template_args")
MAPPED = ("container.unprivileged", "container.idmap")
GROUP = (
    "cpu",
    "memory",
    "container.cpus",
    "container.memory",
    "container.memory_reservation",
    "container.cpu_shares",
)
LIMITS = (*GROUP, "container.memory_swap", "container.cpuset", "container.pids")
"""Files of its control group, which can be written at any time."""
MEMORY = ("memory.size", "container.memory")
"""Either states the limit of its memory: it is taken away when both are."""
OURS = (
    *("provision", "after", "ready", "hooks", "env", "autostart", "primary", "keep", "aliases", "communicator"),
    *("halt_timeout", "ssh", "user", "container.stop_timeout"),
)
"""What serai alone reads."""


def verdict(machine: Machine, observed: Observed, key: str, new: Any, engine: str) -> Verdict:
    """How the change of `key` would be applied. `engine`: its name for people; its own block is its own matter."""
    if is_one(key, ("name", "provider")):
        return Verdict(Effect.IMMUTABLE, "it is what the machine is known by")
    if is_one(key, MADE_OF):
        return Verdict(Effect.RECREATE, "its root filesystem was made from another one")
    if is_one(key, MAPPED):
        return Verdict(Effect.RECREATE, "its files belong to the ids that it was made with")
    if is_one(key, (*OURS, "synced_folders.rsync", "providers")):
        return LIVE
    if is_one(key, LIMITS):
        if new is None and not (key in MEMORY and memory_limit(machine) is not None):
            return softened(
                observed, Verdict(Effect.RESTART, "a limit that is taken away goes with its control group")
            )
        return Verdict(Effect.LIVE, "its control group is changed")
    if is_one(key, ("guest",)):
        return Verdict(Effect.LIVE, "inside it")
    if key == "networks.forwarded_port":
        return Verdict(Effect.LIVE, "its relay is started anew")
    return softened(observed, Verdict(Effect.RESTART, f"{engine} reads it when it starts the container"))


def is_one(key: str, names: tuple[str, ...]) -> bool:
    """Whether it is one of them, or below one."""
    return any(key == name or key.startswith(f"{name}.") for name in names)


def softened(observed: Observed, found: Verdict) -> Verdict:
    """One that is off needs no restart: what it needs is taken up at its next start."""
    if found.effect is Effect.RESTART and observed.state not in ALIVE:
        return Verdict(Effect.LIVE, "it is off: used at its next start")
    return found
