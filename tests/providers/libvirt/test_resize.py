"""More or less of a running domain: what it has decides what is done."""

from __future__ import annotations

import pytest

from serai.providers.libvirt import resize
from serai.providers.libvirt.resize import NotLive
from serai.spec.cpu import Cpu, Pin
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.units import GIB, KIB, MIB

pytest.importorskip("libvirt", reason="needs libvirt-python")

BALLOON = "<devices><memballoon model='virtio'/></devices>"


class Domain:
    """A running domain that notes what it is told."""

    def __init__(self, xml: str, threads: int = 1):
        self.xml = f"<domain>{xml}</domain>"
        self.threads = threads
        self.told = []

    def XMLDesc(self, flags):
        return self.xml

    def ioThreadInfo(self, flags):
        return [(number + 1, [True]) for number in range(self.threads)]

    def __getattr__(self, name):
        return lambda *words: self.told.append((name, *words))


def memory(size: int, *, most: int = 0, balloon: bool = True) -> Domain:
    room = f"<maxMemory>{most // KIB}</maxMemory>" if most else ""
    return Domain(f"{room}<memory>{size // KIB}</memory>{BALLOON if balloon else ''}")


def machine(size: int, **more) -> Machine:
    return Machine(name="web", memory=Memory(size=size, **more))


def test_less_memory_is_the_balloons_work():
    domain = memory(GIB)
    resize.resize_memory(domain, machine(GIB // 2))

    assert [told[:2] for told in domain.told] == [("setMemoryFlags", GIB // 2 // KIB)]


def test_more_memory_is_plugged_in_whole_blocks_and_the_balloon_takes_what_is_over():
    domain = memory(256 * MIB, most=GIB)
    resize.resize_memory(domain, machine(300 * MIB, max=GIB))

    assert f'<size unit="KiB">{128 * MIB // KIB}</size>' in domain.told[0][1]
    assert domain.told[1][:2] == ("setMemoryFlags", 300 * MIB // KIB)


def test_memory_plugged_before_counts():
    domain = memory(512 * MIB, most=GIB)
    resize.resize_memory(domain, machine(512 * MIB, max=GIB))

    assert [told[0] for told in domain.told] == ["setMemoryFlags"]


@pytest.mark.parametrize(
    ("domain", "wanted", "said"),
    [
        (memory(GIB), 2 * GIB, "room for 1GiB"),
        (memory(GIB, most=2 * GIB), 3 * GIB, "room for 2GiB"),
        (memory(GIB, balloon=False), GIB // 2, "without a balloon"),
    ],
)
def test_what_it_was_started_without_waits(domain, wanted, said):
    with pytest.raises(NotLive, match=said):
        resize.resize_memory(domain, machine(wanted))


def test_cpus_are_plugged_up_to_the_room_there_is():
    domain = Domain("<vcpu current='1'>2</vcpu>")
    resize.set_cpus(domain, Machine(cpu=Cpu(count=2, max=2)))
    assert domain.told[0][:2] == ("setVcpusFlags", 2)

    domain = Domain("<vcpu>2</vcpu>")
    resize.set_cpus(domain, Machine(cpu=Cpu(count=2)))
    assert domain.told == []
    with pytest.raises(NotLive, match="room for 2 CPUs"):
        resize.set_cpus(domain, Machine(cpu=Cpu(count=3)))


def test_pins_move_every_thread_and_what_is_not_pinned_runs_anywhere():
    class Host:
        def getCPUMap(self):
            return (4, [True] * 4, 4)

    domain = Domain("<vcpu>2</vcpu><iothreads>1</iothreads>")
    resize.set_pins(Host(), domain, Machine(cpu=Cpu(count=2, pin=Pin(each={"0": "1,3"}, emulator="0"))))

    assert [told[:-1] for told in domain.told] == [
        ("pinVcpuFlags", 0, (False, True, False, True)),
        ("pinVcpuFlags", 1, (True,) * 4),
        ("pinEmulator", (True, False, False, False)),
        ("pinIOThread", 1, (True,) * 4),
    ]


def test_missing_io_threads_are_added():
    domain = Domain("", threads=1)
    resize.add_iothreads(domain, Machine(iothreads=3))

    assert [told[:2] for told in domain.told] == [("addIOThread", 2), ("addIOThread", 3)]
