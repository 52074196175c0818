"""<vcpu>, <iothreads>, <cputune> and <cpu>: how many, which model, in what topology, on which CPUs of the host."""

from __future__ import annotations

from serai.providers.libvirt.render.element import Element, add, kib
from serai.providers.libvirt.site import Site
from serai.spec.cpu import MODEL_NAMES, Cpu, CpuCache
from serai.spec.machine import Machine
from serai.util import cpuset

MODES = {"host": "host-passthrough", "max": "maximum", "host-model": "host-model"}


def most(cpu: Cpu) -> int:
    """CPUs that the machine has room for."""
    return max(cpu.total, cpu.max or 0)


def add_processors(root: Element, machine: Machine) -> None:
    cpu = machine.cpu
    current = cpu.total if most(cpu) > cpu.total else None
    add(root, "vcpu", most(cpu), placement="static", current=current)
    if machine.iothreads:
        add(root, "iothreads", machine.iothreads)
    _pins(root, cpu)


def pins(cpu: Cpu) -> dict[int, str]:
    """Virtual CPU -> CPUs of the host (CPU-2). One that `each` names goes there, also when `cpus` covers it."""
    one_on_one = cpuset.numbers(cpu.pin.cpus) if cpu.pin.cpus else ()
    found = {number: str(place) for number, place in enumerate(one_on_one[: most(cpu)])}
    return found | {int(number): places for number, places in cpu.pin.each.items()}


def _pins(root: Element, cpu: Cpu) -> None:
    pin, places = cpu.pin, pins(cpu)
    if not (places or pin.emulator or pin.iothreads or pin.scheduler):
        return
    parent = add(root, "cputune")
    for number, place in sorted(places.items()):
        add(parent, "vcpupin", vcpu=number, cpuset=place)
    if pin.emulator:
        add(parent, "emulatorpin", cpuset=pin.emulator)
    for thread, place in sorted(pin.iothreads.items(), key=lambda item: int(item[0])):
        add(parent, "iothreadpin", iothread=int(thread), cpuset=place)
    if pin.scheduler:
        priority = pin.priority or 1 if pin.scheduler in ("fifo", "rr") else None
        for number in range(most(cpu)):  # one each, as libvirt itself writes them
            add(parent, "vcpusched", vcpus=number, scheduler=pin.scheduler, priority=priority)


def _all(count: int) -> str:
    return f"0-{count - 1}" if count > 1 else "0"


def mode(machine: Machine, site: Site) -> str:
    """libvirt's `mode`; `custom` for a named model. `auto` is the host's under KVM, else `maximum` (CPU-1)."""
    model = MODEL_NAMES.get(machine.cpu.model, machine.cpu.model)
    if model == "auto":
        model = "host" if site.kind == "kvm" else "max"
    return MODES.get(model, "custom")


def add_cpu(root: Element, machine: Machine, site: Site) -> None:
    cpu = machine.cpu
    kind = mode(machine, site)
    parent = add(root, "cpu", mode=kind)
    if kind == "custom":
        # libvirt's own comparison knows the host, and not what TCG can do: there QEMU decides.
        parent.set("match", "exact")
        parent.set("check", "partial" if site.kind == "kvm" else "none")
        add(parent, "model", cpu.model, fallback="forbid")
    elif kind != "host-model":
        parent.set("check", "none")
        if cpu.migratable is not None:
            parent.set("migratable", "on" if cpu.migratable else "off")
    add(parent, "topology", **topology(cpu))
    if cpu.cache:
        add(parent, "cache", level=3 if cpu.cache is CpuCache.EMULATE else None, mode=cpu.cache)
    for name, wanted in flags(machine, site, kind).items():
        add(parent, "feature", policy="require" if wanted else "disable", name=name)
    _cells(parent, machine)


def flags(machine: Machine, site: Site, kind: str) -> dict[str, bool]:
    """NEST-5: nested virtualization is hidden unless asked for; under TCG it is slow anyway, and not hidden."""
    found = dict(machine.cpu.features)
    if site.arch != "x86_64":
        return found
    if machine.cpu.nested:
        found.setdefault(site.nested_flag or "vmx" if site.kind == "kvm" else "svm", True)
    elif site.kind == "kvm" and kind in ("host-passthrough", "maximum"):
        found.setdefault("vmx", False)
        found.setdefault("svm", False)
    return found


def topology(cpu: Cpu) -> dict[str, object]:
    """All that libvirt wants stated: what the spec leaves open are cores, else sockets, else threads.

    Source: QEMU, hw/core/machine-smp.c, which prefers them in this order.
    """
    stated = cpu.topology
    parts: dict[str, object] = {"sockets": 1, **stated}
    parts.setdefault("cores", 1)
    parts.setdefault("threads", 1)
    open_part = next((name for name in ("cores", "sockets", "threads") if name not in stated), None)
    if open_part:
        parts[open_part] = max(1, most(cpu) // cpu.product)
    return {name: parts[name] for name in ("sockets", "dies", "clusters", "cores", "threads") if name in parts}


def _cells(parent: Element, machine: Machine) -> None:
    """The guest's NUMA nodes. Memory can be plugged only into one: where none is stated, there is one of all."""
    memory = machine.memory
    grows = bool(memory.max and memory.max > memory.size)
    if not machine.numa.cells and not grows:
        return
    numa = add(parent, "numa")
    if not machine.numa.cells:
        add(numa, "cell", id=0, cpus=_all(most(machine.cpu)), memory=kib(memory.size), unit="KiB")
    for number, cell in enumerate(machine.numa.cells):
        element = add(numa, "cell", id=number, cpus=cell.cpus, memory=kib(cell.memory), unit="KiB")
        if cell.distances:
            distances = add(element, "distances")
            for other, distance in sorted(cell.distances.items(), key=lambda item: int(item[0])):
                add(distances, "sibling", id=int(other), value=distance)
