"""How each changed key would be applied to a container: live, at a restart, by a new one, or not at all. Pure."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import ALIVE, Effect, Observed, Verdict
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
OURS = (
    *("provision", "after", "ready", "hooks", "env", "autostart", "primary", "keep", "aliases", "communicator"),
    *("halt_timeout", "ssh", "user", "container.stop_timeout"),
)
"""What serai alone reads."""
STORAGE = ("providers.lxc.storage", "providers.lxc.storage_options")


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` would be applied."""
    if _is(key, ("name", "provider")):
        return Verdict(Effect.IMMUTABLE, "it is what the machine is known by")
    if _is(key, MADE_OF):
        return Verdict(Effect.RECREATE, "its root filesystem was made from another one")
    if _is(key, MAPPED):
        return Verdict(Effect.RECREATE, "its files belong to the ids that it was made with")
    if _is(key, STORAGE):
        return Verdict(Effect.RECREATE, "its root filesystem lies in the other storage")
    if _is(key, OURS):
        return LIVE
    if _is(key, LIMITS):
        if new is None:
            return _soften(
                observed, Verdict(Effect.RESTART, "a limit that is taken away goes with its control group")
            )
        return Verdict(Effect.LIVE, "its control group is changed")
    if key == "guest" or key.startswith("guest."):
        return Verdict(Effect.LIVE, "inside it")
    if key == "networks.forwarded_port":
        return Verdict(Effect.LIVE, "its relay is started anew")
    if key == "synced_folders.rsync":
        return LIVE
    if key.startswith("providers.") and not key.startswith("providers.lxc"):
        return LIVE
    if key.startswith("providers.lxc"):
        return Verdict(Effect.LIVE, "read when the host starts")
    return _soften(observed, Verdict(Effect.RESTART, "LXC reads it when it starts the container"))


def _is(key: str, names: tuple[str, ...]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in names)


def _soften(observed: Observed, found: Verdict) -> Verdict:
    """One that is off needs no restart: what it needs is taken up at its next start."""
    if found.effect is Effect.RESTART and observed.state not in ALIVE:
        return Verdict(Effect.LIVE, "it is off: used at its next start")
    return found
