"""A machine like another one, without what only one of them can have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from serai.spec.machine import Machine
from serai.spec.network import Nic

OWN = frozenset(
    {
        "hostname", "aliases", "networks", "ssh", "env", "provision", "after", "ready", "halt_timeout", "hooks",
        "autostart", "primary", "keep",
    }
)  # fmt: skip
"""Keys that a fork may state itself: who it is, how it is reached, what is done with it. All others are hardware,
or in the guest already."""


def like(machine: Machine, name: str) -> Machine:
    """Without host ports that are its own, static addresses, MAC addresses and a place on the host's network."""
    nics = []
    for nic in machine.networks:
        if nic.forwarded_port:
            nics.append(Nic(forwarded_port=msgspec.structs.replace(nic.forwarded_port, auto_correct=True)))
        elif nic.private:
            nics.append(Nic(private=msgspec.structs.replace(nic.private, address=None, mac=None)))
    ssh = msgspec.structs.replace(machine.ssh, host_port=None)
    return msgspec.structs.replace(
        machine, name=name, networks=nics, hostname=None, primary=False, keep=False, ssh=ssh
    )


def fork_of(machine: Machine, name: str, own: Machine | None = None, stated: Collection[str] = ()) -> Machine:
    """A fork of `machine`, with the keys of `own` that are `stated`.

    What was done in the parent is done; what is to be done in the fork it says itself. It has no balloon at its
    next start: the memory of forks is shared, and none of them may give pages back.
    """
    found = like(machine, name)
    memory = msgspec.structs.replace(found.memory, balloon=False)
    fresh: dict[str, Any] = {
        "fork": machine.name,
        "warm": False,
        "memory": memory,
        "aliases": [],
        "provision": [],
        "after": {},
        "hooks": {},
        "autostart": True,
        "synced_folders": [],
    }
    return msgspec.structs.replace(found, **(fresh | {key: getattr(own, key) for key in stated}))


def interfaces(machine: Machine) -> list[str]:
    """What each of its interfaces leads to."""
    found = []
    for nic in machine.networks:
        if nic.private:
            found.append(f"private {nic.private.network}")
        elif nic.uplink:
            found.append(f"uplink {nic.uplink.type}")
        elif nic.public:
            found.append("public")
    return found
