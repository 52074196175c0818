"""What a host is judged for: roles that it has, and what a project needs of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from serai.spec.machine import Machine, Project
from serai.util.cpuset import numbers

DISK_SIZE = 1 << 30
"""Bytes that an overlay is taken to need where the file states no size."""


class Role(StrEnum):
    """What a host is for; a check without a role is for all of them."""

    VM_HOST = "vm-host"
    CONTAINER_HOST = "container-host"
    GPU_PASSTHROUGH = "gpu-passthrough"
    REALTIME = "realtime"
    NFS_STORAGE = "nfs-storage"
    XEN_DOM0 = "xen-dom0"
    OVIRT_ENGINE = "ovirt-engine"


class Pages(msgspec.Struct, frozen=True):
    """Huge pages that a guest takes at one place: `size` of a page, 0 for the host's; `memory` in bytes."""

    size: int
    memory: int
    nodes: tuple[int, ...] = ()
    """Nodes of the host that it must come from; empty: any."""


class Wants(msgspec.Struct, frozen=True, kw_only=True):
    """What the machines of a project take together; sizes are bytes. Empty: no project was named."""

    project: str = ""
    roles: frozenset[Role] = frozenset()
    memory: int = 0
    """Without what comes from huge pages."""
    hugepages: dict[int, int] = {}
    """Size of a page, 0 for the host's default -> bytes."""
    pages: tuple[Pages, ...] = ()
    """The same, guest by guest, with the nodes of the host that they are bound to."""
    nested: tuple[str, ...] = ()
    bridges: tuple[str, ...] = ()
    disk: int = 0
    machines: tuple[Machine, ...] = ()
    """Those that are given devices of the host."""
    programs: frozenset[str] = frozenset()
    target: str = ""
    """An address that packets of guests must reach; empty: the gateway of the way out."""

    def wants(self, *roles: Role) -> bool:
        return any(role in self.roles for role in roles)


def wants_of(project: Project, roles: Iterable[Role] = ()) -> Wants:
    """Of the machines that run on this host's own QEMU; the rest is some other host's matter."""
    machines = [each for each in project.machines.values() if each.provider in ("qemu", "libvirt")]
    pages = [each for machine in machines for each in _pages(machine)]
    huge: dict[int, int] = {}
    for each in pages:
        huge[each.size] = huge.get(each.size, 0) + each.memory
    nics = [nic.public for machine in machines for nic in machine.networks if nic.public]
    given = [each for each in machines if each.devices.pci or each.devices.mdev or each.devices.usb]
    return Wants(
        project=project.project,
        roles=frozenset(roles),
        memory=sum(each.memory.size for each in machines) - sum(each.memory for each in pages),
        hugepages=huge,
        pages=tuple(pages),
        nested=tuple(each.name for each in machines if each.cpu.nested),
        bridges=tuple(sorted({nic.bridge for nic in nics if nic.bridge and not nic.ovs})),
        disk=sum(disk.size or DISK_SIZE for each in machines for disk in each.disks.values() if not disk.path),
        machines=tuple(given),
        programs=frozenset(_programs(machines)),
    )


def _pages(machine: Machine) -> list[Pages]:
    """Cell by cell, where the guest has some; `hugepages.nodes` are the cells that have huge pages."""
    huge = machine.memory.hugepages
    if huge is None:
        return []
    numa = machine.numa
    size, bound = huge.size or 0, numbers(numa.host_nodes) if numa.host_nodes else ()
    if not numa.cells:
        return [Pages(size, machine.memory.size, bound)]
    chosen = numbers(huge.nodes) if huge.nodes else range(len(numa.cells))
    return [
        Pages(size, cell.memory, numbers(cell.host_nodes) if cell.host_nodes else bound)
        for number, cell in enumerate(numa.cells)
        if number in chosen
    ]


def _programs(machines: list[Machine]) -> set[str]:
    found = {"swtpm" for machine in machines if machine.devices.tpm}
    found |= {"swtpm_setup" for machine in machines if machine.devices.tpm and machine.provider == "libvirt"}
    found |= {
        "virtiofsd" for machine in machines for folder in machine.synced_folders if folder.type == "virtiofs"
    }
    nics = [nic.uplink for machine in machines for nic in machine.networks if nic.uplink]
    return found | {"passt" for nic in nics if nic.type == "passt"}
