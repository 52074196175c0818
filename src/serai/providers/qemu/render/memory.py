"""Memory: its size, what it is on the host (MEM-5), and the NUMA nodes that the guest sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from serai.providers.qemu.render.words import Option, as_json, mebibytes
from serai.providers.qemu.site import RamFile, Site
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.memory import MemorySource
from serai.spec.numa import NumaCell, NumaPolicy
from serai.util.cpuset import numbers, ranges
from serai.util.units import KIB

NAME = "ram"
"""Of the backends: `ram0` is all of the memory, or that of the guest's first node."""

GRAIN = 8 * KIB
"""QEMU rounds a machine's memory up to whole ones, and wants a backend of that size; `maxmem` must be whole pages.

Source: QEMU 7.2, hw/core/machine.c, machine_set_mem; hw/i386/pc.c, pc_memory_init.
"""

POLICIES = {NumaPolicy.STRICT: "bind", NumaPolicy.PREFERRED: "preferred", NumaPolicy.INTERLEAVE: "interleave"}
"""The spec's names, which are libvirt's -> those of QEMU (qapi/qom.json, HostMemPolicy)."""


def rounded(size: int) -> int:
    """Bytes as QEMU has them."""
    return -(-size // GRAIN) * GRAIN


def size_of(machine: Machine) -> int:
    """Bytes of all the memory that it starts with, as QEMU has them: the sum of its nodes, where it has any."""
    cells = machine.numa.cells
    return sum(rounded(cell.memory) for cell in cells) if cells else rounded(machine.memory.size)


def is_shared(machine: Machine) -> bool:
    """Whether other processes must be able to map it: a virtiofsd reads and writes there."""
    if machine.memory.shared is not None:
        return machine.memory.shared
    return any(folder.type is FolderType.VIRTIOFS for folder in machine.synced_folders)


def backed(machine: Machine) -> bool:
    """Whether the memory is an object of its own; plain anonymous memory needs none."""
    memory, numa = machine.memory, machine.numa
    stated = memory.hugepages or memory.prealloc or memory.source not in (None, MemorySource.ANONYMOUS)
    return bool(stated or is_shared(machine) or numa.host_nodes or numa.cells)


def backend(machine: Machine, name: str, size: int, node: int | None = None) -> dict[str, Any]:
    """The object that holds `size` bytes, rounded, for `-object` and object-add. `node`: of the guest."""
    memory = machine.memory
    cell = machine.numa.cells[node] if node is not None and machine.numa.cells else None
    huge = memory.hugepages
    if huge and huge.nodes is not None and (node or 0) not in numbers(huge.nodes):
        huge = None
    shared = is_shared(machine)
    value: dict[str, Any] = {"id": name, "size": rounded(size)}
    if huge or memory.source is MemorySource.MEMFD or (shared and memory.source is None):
        value["qom-type"] = "memory-backend-memfd"
        # Private pages of a memfd would be taken twice: once by the file, once by the copy.
        shared = shared or memory.shared is None
        if huge:
            value["hugetlb"] = True
            if huge.size:
                value["hugetlbsize"] = huge.size
    elif memory.source is MemorySource.FILE:
        # A directory: QEMU makes a file there and unlinks it at once, so that none is ever left.
        value |= {"qom-type": "memory-backend-file", "mem-path": "."}
    else:
        value["qom-type"] = "memory-backend-ram"
    value["share"] = shared
    if huge or memory.prealloc:
        value["prealloc"] = True
        if memory.prealloc_threads:
            value["prealloc-threads"] = memory.prealloc_threads
    return value | _placement(machine, cell)


def in_file(machine: Machine, ram: RamFile) -> dict[str, Any]:
    """The memory of a warm start: its name is that in the saved state, whatever it is made of."""
    value: dict[str, Any] = {"id": f"{NAME}0", "size": size_of(machine), "share": ram.shared}
    if not ram.path:
        return {"qom-type": "memory-backend-ram", **value}
    return {"qom-type": "memory-backend-file", **value, "mem-path": ram.path}


def _placement(machine: Machine, cell: NumaCell | None) -> dict[str, Any]:
    """The nodes of the host that it is taken from."""
    nodes = (cell.host_nodes if cell else None) or machine.numa.host_nodes
    if not nodes:
        return {}
    policy = (cell.policy if cell else None) or machine.numa.policy
    return {"host-nodes": list(numbers(nodes)), "policy": POLICIES[policy]}


def options(machine: Machine, site: Site) -> Iterator[Option]:
    memory, size = machine.memory, size_of(machine)
    words = [f"size={mebibytes(size)}"]
    if memory.max and (most := rounded(memory.max)) > size:
        words += [f"slots={memory.slots}", f"maxmem={mebibytes(most)}"]
    yield "-m", ",".join(words)
    if machine.numa.cells:
        yield from _nodes(machine)
    elif site.ram is not None:
        yield "-object", as_json(in_file(machine, site.ram))
    elif backed(machine):
        yield "-object", as_json(backend(machine, f"{NAME}0", memory.size))
    if memory.locked:
        yield "-overcommit", "mem-lock=on"


def _nodes(machine: Machine) -> Iterator[Option]:
    for number, cell in enumerate(machine.numa.cells):
        name = f"{NAME}{number}"
        yield "-object", as_json(backend(machine, name, cell.memory, number))
        cpus = ",".join(f"cpus={part}" for part in ranges(numbers(cell.cpus)).split(","))
        yield "-numa", f"node,nodeid={number},{cpus},memdev={name}"
    for number, cell in enumerate(machine.numa.cells):
        for other, distance in cell.distances.items():
            yield "-numa", f"dist,src={number},dst={other},val={distance}"


def module(number: int, machine: Machine) -> dict[str, Any]:
    """The memory device that holds the backend `memoryNUMBER`, plugged while the machine runs."""
    part: dict[str, Any] = {"driver": "pc-dimm", "id": f"dimm{number}", "memdev": f"memory{number}"}
    return part | ({"node": 0} if machine.numa.cells else {})
