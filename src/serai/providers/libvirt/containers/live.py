"""Changes to a container of libvirt's that exists: written down, and defined for its next start."""

from __future__ import annotations

from collections.abc import Mapping

from serai.providers.contract import Effect, Materials, Scope, Verdict
from serai.providers.libvirt import define, ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.containers import lifecycle
from serai.spec.machine import Machine


def apply(scope: Scope, machine: Machine, keys: Mapping[str, Verdict], materials: Materials | None = None) -> None:
    """What is live is serai's own; the rest waits for a start, which one by the host finds defined as well."""
    waiting = {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
    with ledger.locked(scope, machine.name):
        state = ledger.made(scope, machine.name)
        conn = opened(state.uri)
        domain = define.lookup(conn, state.uuid)
        state.pending = {**{key: why for key, why in state.pending.items() if key not in keys}, **waiting}
        state.applied = machine
        if domain is not None and domain.isActive():
            domain.setAutostart(int(machine.providers.libvirt.autostart))
        elif materials is not None:
            lifecycle.define(conn, scope, state, machine, materials)
        define.keep(conn, scope, state)
