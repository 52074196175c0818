"""More CPUs than the guest's kernel takes while it runs wait for its next start."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from serai.guest.transport import Transport
from serai.providers.contract import Effect, Endpoint, SshEndpoint, Verdict
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def cpus_without_room(
    machine: Machine, keys: Mapping[str, Verdict], endpoint: Endpoint | None, way_in: Callable[[], Transport]
) -> dict[str, Verdict]:
    """Of the live changes those to more CPUs than the guest's kernel takes while it runs."""
    live = [key for key, verdict in keys.items() if key.startswith("cpu") and verdict.effect is Effect.LIVE]
    if not live or not isinstance(endpoint, SshEndpoint):
        return {}
    from serai.guest.cpus import room

    try:
        most = room(way_in())
    except SeraiError:
        return {}  # it cannot be asked; the engine does what it is told
    if most is None or machine.cpu.total <= most:
        return {}
    reason = f"the guest's kernel has set its CPUs to {most} at its start and takes no more"
    return dict.fromkeys(live, Verdict(Effect.RESTART, reason))
