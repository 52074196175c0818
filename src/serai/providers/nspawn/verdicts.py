"""How each changed key would be applied to a container: live, at a restart, by a new one, or not at all. Pure."""

from __future__ import annotations

from typing import Any

from serai.providers import container_verdicts
from serai.providers.container_verdicts import is_one, softened
from serai.providers.contract import Effect, Observed, Verdict
from serai.spec.machine import Machine


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` would be applied."""
    if is_one(key, ("providers.nspawn.settings",)):
        return softened(observed, Verdict(Effect.RESTART, "systemd-nspawn reads its settings when it starts"))
    return container_verdicts.verdict(machine, observed, key, new, "systemd-nspawn")
