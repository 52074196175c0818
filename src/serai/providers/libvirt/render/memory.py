"""<memory>, <memtune>, <memoryBacking> and <numatune>: how much, of what, from where (MEM-5)."""

from __future__ import annotations

from serai.providers.libvirt.render.element import Element, add, add_kib, kib
from serai.providers.libvirt.site import Site
from serai.spec.machine import Machine
from serai.spec.memory import Memory, MemorySource
from serai.spec.numa import NumaCell


def add_memory(root: Element, machine: Machine, site: Site) -> None:
    memory = machine.memory
    if memory.max and memory.max > memory.size:
        add_kib(root, "maxMemory", memory.max, slots=memory.slots)
    add_kib(root, "memory", memory.size)
    add_kib(root, "currentMemory", memory.size)
    if memory.hard_limit:
        add_kib(add(root, "memtune"), "hard_limit", memory.hard_limit)
    backing = Element("memoryBacking")
    _backing(backing, memory, is_shared(memory, site))
    if len(backing):
        root.append(backing)


def is_shared(memory: Memory, site: Site) -> bool:
    """Stated, else whether virtiofs is there, whose server maps it."""
    if memory.shared is not None:
        return memory.shared
    return any(folder.kind == "virtiofs" for folder in site.folders)


def _backing(parent: Element, memory: Memory, shared: bool) -> None:
    """A child of <domain>: inside <os>, where old guides have it, libvirt drops it without a word."""
    if memory.hugepages:
        pages = add(parent, "hugepages")
        if memory.hugepages.size:
            size, nodes = kib(memory.hugepages.size), memory.hugepages.nodes
            add(pages, "page", size=size, unit="KiB", nodeset=nodes)
    if not memory.merge:
        add(parent, "nosharepages")
    if memory.locked:
        add(parent, "locked")
    source = memory.source or (MemorySource.MEMFD if shared else None)
    if source:
        add(parent, "source", type=source)
    if shared or memory.shared is False:
        add(parent, "access", mode="shared" if shared else "private")
    if memory.prealloc or memory.prealloc_threads:
        add(
            parent,
            "allocation",
            mode="immediate" if memory.prealloc else None,
            threads=memory.prealloc_threads,
        )


def add_policy(root: Element, machine: Machine) -> None:
    """NUMA nodes of the host that the memory comes from, for all of it and for each cell of the guest."""
    numa = machine.numa
    nodes = {number: cell.host_nodes or numa.host_nodes for number, cell in enumerate(numa.cells) if own(cell)}
    if not (numa.host_nodes or nodes):
        return
    parent = add(root, "numatune")
    if numa.host_nodes:
        add(parent, "memory", mode=numa.policy, nodeset=numa.host_nodes)
    for number, nodeset in nodes.items():
        add(parent, "memnode", cellid=number, mode=numa.cells[number].policy or numa.policy, nodeset=nodeset)


def own(cell: NumaCell) -> bool:
    """Whether a cell's memory is taken otherwise than the machine's."""
    return bool(cell.host_nodes or cell.policy)
