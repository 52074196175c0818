"""More or less of a running domain: memory, CPUs, I/O threads, and where they run."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from serai.providers.libvirt.adopt.xml import size
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking
from serai.providers.libvirt.render.cpu import pins
from serai.providers.libvirt.render.element import Element, add, add_kib
from serai.spec.machine import Machine
from serai.util import cpuset
from serai.util.units import KIB, MIB, format_size

BLOCK = 128 * MIB
"""Linux onlines memory in blocks of this size on x86. Source: Documentation/admin-guide/mm/memory-hotplug."""


class NotLive(Exception):
    """It cannot be done while the domain runs, for a reason that only the running domain knows."""


def tree_of(domain: Any) -> Element:
    """The domain as it runs."""
    return ElementTree.fromstring(domain.XMLDesc(0))


def resize_memory(domain: Any, machine: Machine) -> None:
    """Plug a DIMM when it must be more than it has, then let the balloon take what is too much.

    Raises NotLive where the running domain has no room for more.
    """
    libvirt = library()
    wanted = machine.memory.size
    root = tree_of(domain)
    total = size(root.find("memory")) or 0
    if wanted > total:
        most = size(root.find("maxMemory")) or 0
        more = -(-(wanted - total) // BLOCK) * BLOCK  # whole blocks; the balloon takes back what is over
        if total + more > most:
            raise NotLive(f"it was started with room for {format_size(max(most, total))}")
        with asking(f"{machine.name}: {format_size(more)} of memory cannot be plugged"):
            domain.attachDeviceFlags(dimm(more), libvirt.VIR_DOMAIN_AFFECT_LIVE)
        total += more
    if machine.memory.balloon and root.find("devices/memballoon[@model='virtio']") is not None:
        with asking(f"{machine.name}: its balloon does not obey"):
            domain.setMemoryFlags(min(wanted, total) // KIB, libvirt.VIR_DOMAIN_AFFECT_LIVE)
    elif wanted < total:
        raise NotLive("it was started without a balloon to give memory back through")


def dimm(bytes_: int) -> str:
    """A module for the guest's first NUMA node."""
    memory = Element("memory", {"model": "dimm"})
    target = add(memory, "target")
    add_kib(target, "size", bytes_)
    add(target, "node", 0)
    return ElementTree.tostring(memory, encoding="unicode")


def set_cpus(domain: Any, machine: Machine) -> None:
    """Plug CPUs until there are as many as stated. Raises NotLive where there is no room for them."""
    libvirt = library()
    vcpu = tree_of(domain).find("vcpu")
    assert vcpu is not None
    most = int(vcpu.text or 1)
    if machine.cpu.total > most:
        raise NotLive(f"it was started with room for {most} CPUs")
    if machine.cpu.total > int(vcpu.get("current", most)):
        with asking(f"{machine.name}: CPUs cannot be plugged"):
            domain.setVcpusFlags(machine.cpu.total, libvirt.VIR_DOMAIN_AFFECT_LIVE)


def set_pins(conn: Any, domain: Any, machine: Machine) -> None:
    """Move the threads that the spec pins to their CPUs; what it does not pin any more may run anywhere again."""
    libvirt = library()
    root = tree_of(domain)
    live = libvirt.VIR_DOMAIN_AFFECT_LIVE
    there = conn.getCPUMap()[0]
    everywhere = cpuset.ranges(tuple(range(there)))
    pin, vcpu = machine.cpu.pin, root.find("vcpu")
    count = int(vcpu.get("current", vcpu.text or 1)) if vcpu is not None else 0
    wanted = pins(machine.cpu)
    with asking(f"{machine.name}: its CPUs cannot be pinned"):
        for number in range(count):
            domain.pinVcpuFlags(number, cpu_map(wanted.get(number, everywhere), there), live)
        domain.pinEmulator(cpu_map(pin.emulator or everywhere, there), live)
        for number in range(1, int(root.findtext("iothreads") or 0) + 1):
            domain.pinIOThread(number, cpu_map(pin.iothreads.get(str(number), everywhere), there), live)


def cpu_map(text: str, there: int) -> tuple[bool, ...]:
    """A list of CPUs as libvirt-python takes it: one word for each CPU of the host."""
    chosen = set(cpuset.numbers(text))
    return tuple(number in chosen for number in range(there))


def add_iothreads(domain: Any, machine: Machine) -> None:
    libvirt = library()
    there = {int(each[0]) for each in domain.ioThreadInfo(libvirt.VIR_DOMAIN_AFFECT_LIVE)}
    with asking(f"{machine.name}: an I/O thread cannot be added"):
        for number in range(1, machine.iothreads + 1):
            if number not in there:
                domain.addIOThread(number, libvirt.VIR_DOMAIN_AFFECT_LIVE)
