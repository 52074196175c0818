"""What a spec asks of a host that has it not, for every provider: said before anything is made. Pure.

Keys that contradict each other whatever the host is are the loader's (loaders/yaml/tuning.py). Code.BUSY is what a
machine that runs may itself have taken: it counts for one that has yet to start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from serai.providers.host_facts import HostFacts
from serai.spec.cpu import MODEL_NAMES, Scheduler
from serai.spec.machine import Communicator, Machine
from serai.util.cpuset import numbers, ranges
from serai.util.errors import Code, SeraiError
from serai.util.units import format_size

REAL_TIME = (Scheduler.FIFO, Scheduler.RR)


def contradictions(machine: Machine, host: HostFacts) -> list[SeraiError]:
    """All of them, each as `MACHINE: KEY: why`."""
    return [
        *_kvm_only(machine, host),
        *_pins(machine, host),
        *_nodes(machine, host),
        *_hugepages(machine, host),
        *_locked(machine, host),
        *_vhost(machine, host),
        *_devices_in_use(machine, host),
        *_agent(machine),
    ]


def _agent(machine: Machine) -> Iterator[SeraiError]:
    if machine.communicator is Communicator.AGENT and not machine.devices.guest_agent:
        why = "it is reached by its agent, which needs this port"
        yield _refuse(machine, "devices.guest_agent", why, "leave it out, or communicator: ssh", Code.INPUT)


def once(errors: Iterable[SeraiError]) -> list[SeraiError]:
    """One refusal for each key of a machine, the first: a provider may know more of it than is known here."""
    return list({_subject(error): error for error in reversed([*errors])}.values())[::-1]


def _subject(error: SeraiError) -> str:
    return ": ".join(error.message.split(": ")[:2])


def _refuse(machine: Machine, key: str, why: str, way_out: str, code: Code = Code.REFUSED) -> SeraiError:
    return SeraiError(code, f"{machine.name}: {key}: {why}", hint=way_out)


def _kvm_only(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    """What KVM itself does, and an emulated processor cannot (HW-1)."""
    if host.accel != "tcg":
        return
    cpu = machine.cpu
    if MODEL_NAMES.get(cpu.model, cpu.model) == "host":
        under, way_out = host.accel_note or "guests run under TCG", "cpu.model: auto takes the best that works"
        yield _refuse(machine, "cpu.model", f"{cpu.model} needs KVM, and {under}", way_out)
    wanted = {
        "hyperv": machine.hyperv is not None,
        "gpu.hide_hypervisor": machine.gpu.hide_hypervisor,
        "cpu.dedicated": cpu.dedicated,
        "cpu.cache": cpu.cache == "passthrough",
    }
    for key, stated in wanted.items():
        if stated:
            yield _refuse(
                machine, key, "it is KVM's, and guests run under TCG", "leave it out (serai explain HW-1)"
            )


def _pins(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    """CPUs that are online, and real time that only root may ask for (CPU-2)."""
    pin = machine.cpu.pin
    if pin.scheduler in REAL_TIME and not host.root:
        why = f"only root may run threads as {pin.scheduler}"
        yield _refuse(machine, "cpu.pin.scheduler", why, "scheduler: batch, or run serai as root")
    if host.online is None:
        return
    stated = {
        "cpu.pin.cpus": pin.cpus,
        "cpu.pin.emulator": pin.emulator,
        **{f"cpu.pin.each.{number}": cpus for number, cpus in pin.each.items()},
        **{f"cpu.pin.iothreads.{number}": cpus for number, cpus in pin.iothreads.items()},
    }
    for key, cpus in stated.items():
        yield from _beyond(machine, key, cpus, host.online, "CPU", "online")


def _nodes(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    if host.nodes is None:
        return
    yield from _beyond(machine, "numa.host_nodes", machine.numa.host_nodes, host.nodes, "NUMA node", "there")
    for index, cell in enumerate(machine.numa.cells):
        key = f"numa.cells[{index}].host_nodes"
        yield from _beyond(machine, key, cell.host_nodes, host.nodes, "NUMA node", "there")


def _beyond(
    machine: Machine, key: str, text: str | None, there: frozenset[int], what: str, how: str
) -> Iterator[SeraiError]:
    """Numbers that the host does not have."""
    gone = tuple(number for number in numbers(text) if number not in there) if text else ()
    if gone:
        many = len(gone) > 1
        why = f"{what}{'s' if many else ''} {ranges(gone)} {'are' if many else 'is'} not {how}"
        yield _refuse(machine, key, why, f"the host has {ranges(tuple(there))} (lscpu -e shows them)")


def _hugepages(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    """Enough pages of that size: QEMU would end with `Cannot allocate memory` (MEM-5)."""
    wanted = machine.memory.hugepages
    if wanted is None or host.hugepages is None:
        return
    key = "memory.hugepages"
    size = wanted.size or host.default_hugepage
    found = next((each for each in host.hugepages if each.size == size), None)
    if found is None:
        sizes = ", ".join(format_size(each.size) for each in host.hugepages)
        why = f"the host has no pages of {format_size(size)}" if size else "the host's kernel has no huge pages"
        yield _refuse(machine, key, why, f"it has {sizes}" if sizes else "leave it out")
        return
    needed = -(-_in_pages(machine) // size)
    pages = f"{needed} page{'s' if needed > 1 else ''} of {format_size(size)} {'are' if needed > 1 else 'is'}"
    if found.total < needed:
        why = f"{pages} needed, and the host has {found.total}"
        yield _refuse(machine, key, why, _reserve(needed - found.free, found.total, size))
    elif found.free < needed:
        why = f"{pages} needed, and {found.free} of {found.total} are free"
        yield _refuse(machine, key, why, _reserve(needed - found.free, found.total, size), Code.BUSY)


def _in_pages(machine: Machine) -> int:
    """Bytes that come from huge pages: all, or those of the cells that are named."""
    wanted, cells = machine.memory.hugepages, machine.numa.cells
    if wanted is None or wanted.nodes is None or not cells:
        return machine.memory.size
    return sum(cells[number].memory for number in numbers(wanted.nodes) if number < len(cells))


def _reserve(more: int, total: int, size: int) -> str:
    memory = format_size((total + more) * size)
    return f"as root: serai host tune hugepages --for {memory} --page-size {format_size(size)}"


def _locked(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    """Locked memory counts against RLIMIT_MEMLOCK where the process has no privilege; VFIO locks all of it."""
    if host.root or host.memlock is None:
        return
    memory = machine.memory
    needed = max(memory.size, memory.max or 0)
    for key, stated in (
        ("memory.locked", memory.locked),
        ("devices.pci", bool(machine.devices.pci)),
        ("devices.mdev", bool(machine.devices.mdev)),
    ):
        if stated and host.memlock < needed:
            limit, all_of_it = format_size(host.memlock), format_size(needed)
            why = f"all {all_of_it} are locked, and this user may lock {limit}"
            way_out = (
                "raise memlock in /etc/security/limits.d and log in again (ulimit -l shows it), or run as root"
            )
            yield _refuse(machine, key, why, way_out)


def _vhost(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    if host.vhost_net is not False:
        return
    for index, entry in enumerate(machine.networks):
        nic = entry.private or entry.public or entry.uplink
        if nic is not None and nic.vhost:
            kind = "private" if entry.private else "public" if entry.public else "uplink"
            why, way_out = "the host has no /dev/vhost-net", "as root: modprobe vhost_net; or leave it out"
            yield _refuse(machine, f"networks[{index}].{kind}.vhost", why, way_out, Code.MISSING)


def _devices_in_use(machine: Machine, host: HostFacts) -> Iterator[SeraiError]:
    """A guest that writes below a mounted file system destroys it (DISK-1)."""
    for name, disk in machine.disks.items():
        if disk.path in host.uses:
            why = f"{disk.path} is in use: {host.uses[disk.path]}"
            way_out = "unmount it, or take it out of what it is part of (lsblk shows it)"
            yield _refuse(machine, f"disks.{name}.path", why, way_out)
