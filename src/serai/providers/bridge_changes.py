"""Networks of containers whose bridge serai made, and that the file now states otherwise. Pure.

Such a bridge is made when the first container comes on it, and goes with the last: while one is on it, it stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from serai.providers.contract import Effect, Verdict
from serai.providers.network_change import NetworkChange
from serai.spec.base import stated
from serai.spec.machine import Machine
from serai.spec.network import Network

KEYS = ("subnet", "mtu", "mode")
FILLED_IN = ("subnet",)
"""What serai chooses where the file states nothing."""


def changes(
    wanted: Mapping[str, Network], kept: Iterable[tuple[Machine, Mapping[str, Network]]]
) -> list[NetworkChange]:
    """`kept`: of each container that runs, its spec and the networks as it was started with them."""
    on: dict[str, list[str]] = {}
    had: dict[str, Network] = {}
    for machine, networks in kept:
        for nic in machine.networks:
            if nic.private and nic.private.network in networks:
                on.setdefault(nic.private.network, []).append(machine.name)
                had.setdefault(nic.private.network, networks[nic.private.network])
    found = []
    for name, network in wanted.items():
        if name in had and not network.external:
            verdict = _verdict(on[name])
            found += [
                NetworkChange(name, key, getattr(had[name], key), getattr(network, key), verdict)
                for key in KEYS
                if _differs(key, had[name], network)
            ]
    return found


def _differs(key: str, old: Network, new: Network) -> bool:
    """A key that has left the file counts too, but for those that serai chooses itself."""
    if key in FILLED_IN and key not in stated(new):
        return False
    return bool(getattr(old, key) != getattr(new, key))


def _verdict(machines: Collection[str]) -> Verdict:
    names = " ".join(dict.fromkeys(machines))
    return Verdict(
        Effect.IMMUTABLE, f"its bridge is made anew when nothing is on it (serai halt {names}, serai up)"
    )
