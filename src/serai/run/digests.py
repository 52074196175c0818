"""What decides whether blocks and settings of a guest are done again: digests of what they say now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from serai.plan.provisioning import keyed
from serai.run.workspace import Workspace
from serai.spec.base import stated
from serai.spec.machine import Machine
from serai.util.digest import sha256


def provisioning_digests(machines: Collection[Machine], root: Any) -> dict[str, dict[str, str]]:
    """machine -> block key -> digest of the block and of the files it names."""
    if not any(machine.provision for machine in machines):
        return {}
    from serai.provisioners import registry

    return {
        machine.name: {key: registry.digest(block, machine, root) for key, block in keyed(machine)}
        for machine in machines
        if machine.provision
    }


def guest_digests(workspace: Workspace, names: Collection[str]) -> dict[str, str]:
    """machine -> digest of its `guest:` settings and of the names and addresses of its peers in the file."""
    machines = workspace.project.machines
    hosts: dict[str, dict[str, str]] = {}
    if any(nic.private for machine in machines.values() for nic in machine.networks):
        from serai.plan.addresses import hosts_files
        from serai.run.materials import read_allocation, reserve

        allocation = reserve(workspace, read_allocation(workspace.scope.home / "networks.json"))
        for network, members in allocation.addresses.items():  # a fork is no news to the others
            allocation.addresses[network] = {name: members[name] for name in members if name in machines}
        hosts = hosts_files(allocation)
    found = {}
    for name in names:
        parts = [stated(machines[name].guest), hosts.get(name, {})]
        found[name] = sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:16]
    return found
