"""How each changed key would be applied to a container: live, at a restart, by a new one, or not at all. Pure."""

from __future__ import annotations

from typing import Any

from serai.providers import container_verdicts
from serai.providers.container_verdicts import is_one
from serai.providers.contract import Effect, Observed, Verdict
from serai.spec.machine import Machine

STORAGE = ("providers.lxc.storage", "providers.lxc.storage_options")


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` would be applied."""
    if is_one(key, STORAGE):
        return Verdict(Effect.RECREATE, "its root filesystem lies in the other storage")
    if is_one(key, ("providers.lxc",)):
        return Verdict(Effect.LIVE, "read when the host starts")
    return container_verdicts.verdict(machine, observed, key, new, "LXC")
