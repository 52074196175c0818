"""What a project needs of a host, added up."""

from __future__ import annotations

from serai.host.wants import wants_of
from serai.spec.disk import Disk
from serai.spec.machine import Machine, Project
from serai.spec.memory import HugePages, Memory
from serai.util.units import GIB


def test_memory_from_huge_pages_is_counted_apart():
    plain = Machine(name="a", memory=Memory(size=GIB), disks={"root": Disk(size=2 * GIB)})
    huge = Machine(name="b", memory=Memory(size=2 * GIB, hugepages=HugePages()))
    wants = wants_of(Project(project="shop", machines={"a": plain, "b": huge}))

    assert (wants.memory, wants.hugepages, wants.disk) == (GIB, {0: 2 * GIB}, 2 * GIB)


def test_machines_that_others_run_need_nothing_here():
    other = Machine(name="a", provider="fake", memory=Memory(size=GIB))

    assert wants_of(Project(project="shop", machines={"a": other})).memory == 0
