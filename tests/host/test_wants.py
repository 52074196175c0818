"""What a project needs of a host, added up."""

from __future__ import annotations

from serai.host.wants import Pages, wants_of
from serai.spec.device import Devices, Tpm
from serai.spec.disk import Disk
from serai.spec.machine import Machine, Project
from serai.spec.memory import HugePages, Memory
from serai.spec.numa import Numa, NumaCell
from serai.util.units import GIB


def test_memory_from_huge_pages_is_counted_apart():
    plain = Machine(name="a", memory=Memory(size=GIB), disks={"root": Disk(size=2 * GIB)})
    huge = Machine(name="b", memory=Memory(size=2 * GIB, hugepages=HugePages()))
    wants = wants_of(Project(project="shop", machines={"a": plain, "b": huge}))

    assert (wants.memory, wants.hugepages, wants.disk) == (GIB, {0: 2 * GIB}, 2 * GIB)


def test_machines_that_others_run_need_nothing_here():
    other = Machine(name="a", provider="fake", memory=Memory(size=GIB))

    assert wants_of(Project(project="shop", machines={"a": other})).memory == 0


def test_guests_bring_the_nodes_that_their_huge_pages_are_bound_to():
    whole = Machine(name="a", memory=Memory(size=GIB, hugepages=HugePages(size=GIB)), numa=Numa(host_nodes="1"))
    cells = [NumaCell(cpus="0", memory=GIB, host_nodes="0"), NumaCell(cpus="1", memory=3 * GIB)]
    parts = Machine(
        name="b",
        memory=Memory(size=4 * GIB, hugepages=HugePages(nodes="1")),
        numa=Numa(host_nodes="0-1", cells=cells),
    )
    wants = wants_of(Project(project="shop", machines={"a": whole, "b": parts}))

    assert wants.pages == (Pages(GIB, GIB, (1,)), Pages(0, 3 * GIB, (0, 1)))
    assert (wants.memory, wants.hugepages) == (GIB, {GIB: GIB, 0: 3 * GIB})


def test_a_tpm_needs_more_programs_on_libvirt_than_on_qemu():
    def programs(provider: str) -> frozenset[str]:
        machine = Machine(name="a", provider=provider, devices=Devices(tpm=Tpm()))
        return wants_of(Project(project="shop", machines={"a": machine})).programs

    assert programs("qemu") == {"swtpm"}
    assert programs("libvirt") == {"swtpm", "swtpm_setup"}
