"""Keys of one machine that do not fit each other: processors, NUMA, memory, disks, devices. What the host has is
another matter (providers/contradictions.py)."""

from __future__ import annotations

from collections.abc import Sequence

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.nodes import Map, Node, listed
from serai.loaders.yaml.problems import Problems
from serai.spec.clock import HyperV
from serai.spec.cpu import Cpu, Pin, Scheduler
from serai.spec.device import Boot, Devices, Graphics, GraphicsType, TpmModel
from serai.spec.disk import Bus, Cache, Disk, DiskDevice, Io
from serai.spec.folder import FolderType
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.memory import Memory, MemorySource
from serai.spec.numa import Numa, NumaPolicy
from serai.spec.raw import LibvirtRaw, XmlEdit
from serai.util.cpuset import numbers, ranges
from serai.util.units import format_size

_DEFAULT = Machine()
_NETWORK = "network"
_HYPERV_NEEDS = (
    *(("synic", "vpindex"), ("tlbflush", "vpindex"), ("ipi", "vpindex")),
    *(("stimer", "synic"), ("evmcs", "vapic")),
)
"""Enlightenment -> another that it is no good without. Source: QEMU, docs/system/i386/hyperv.rst, `Requires`."""
_DIRECT = (Cache.AUTO, Cache.NONE, Cache.DIRECTSYNC)
"""Caches that native I/O can go with: those of O_DIRECT."""


def check_tuning(one: Checked, problems: Problems) -> None:
    """Say all of it, each at its place. Parts that the file does not state are not looked at."""
    machine = one.machine
    if machine.cpu is not _DEFAULT.cpu:
        _cpu(one, machine.cpu, problems)
    if machine.numa is not _DEFAULT.numa:
        _numa(one, machine.numa, problems)
    if machine.memory is not _DEFAULT.memory:
        _memory(one, machine.memory, problems)
    for name, disk in machine.disks.items():
        _disk(one, name, disk, problems)
    if machine.boot is not _DEFAULT.boot:
        _boot(one, machine.boot, problems)
    if machine.hyperv is not None:
        _hyperv(one, machine.hyperv, problems)
    if machine.secure_boot and machine.firmware is Firmware.BIOS:
        problems.at(
            one.at("secure_boot"), "only UEFI has it, and firmware is bios", "firmware: uefi, or leave it out"
        )
    if machine.devices is not _DEFAULT.devices:
        _devices(one, machine.devices, problems)
    if machine.synced_folders:
        _virtiofs(one, problems)
    if machine.providers is not _DEFAULT.providers:
        _edits(one, machine.providers.libvirt, problems)


def check_paths(machines: Sequence[Checked], problems: Problems) -> None:
    """Two guests that write to one disk destroy it; QEMU's own lock would stop the second at its start."""
    taken: dict[str, tuple[str, bool]] = {}
    for one in machines:
        for name, disk in one.machine.disks.items():
            if disk.path is None:
                continue
            reads = disk.readonly or disk.device is DiskDevice.CDROM
            other, other_reads = taken.setdefault(disk.path, (one.machine.name, reads))
            if other != one.machine.name and not (reads and other_reads):
                why = f"{disk.path} is {other}'s already, and a disk that is written to has one machine"
                problems.at(one.at("disks", name, "path"), why, "readonly: true for both, or a disk of its own")


def _cpu(one: Checked, cpu: Cpu, problems: Problems) -> None:
    if cpu.pin is not _DEFAULT.cpu.pin:
        _pin(one, cpu.pin, most(cpu), problems)
    if cpu.dedicated and cpu.pin.cpus is None and not cpu.pin.each:
        why = "no CPU is the machine's own as long as none is pinned"
        problems.at(one.at("cpu", "dedicated"), why, "state cpu.pin too, for example pin: 2-5")
    if cpu.migratable is not None and cpu.model not in ("auto", "host", "host-passthrough"):
        why = f"only the host's own processor has it, and model is {cpu.model}"
        problems.at(one.at("cpu", "migratable"), why, "model: host, or leave it out")


def most(cpu: Cpu) -> int:
    """How many virtual CPUs the machine can come to have."""
    return max(cpu.total, cpu.max or 0)


def _pin(one: Checked, pin: Pin, cpus: int, problems: Problems) -> None:
    at = ("cpu", "pin")
    if pin.cpus is not None and pin.each:
        problems.at(one.at(*at, "each"), "cpus pins them all already", "leave one of them out")
    if pin.cpus is not None and (found := len(numbers(pin.cpus))) != cpus:
        why = f"{pin.cpus} is {_count(found, 'CPU')} of the host, and the machine has {cpus}"
        problems.at(one.at(*at, "cpus"), why, "one for each; pin.each states sets of them")
    for number in pin.each:
        if int(number) >= cpus:
            why = f"there is no virtual CPU {number}: they count from 0 to {cpus - 1}"
            _at_key(one.at(*at, "each"), number, why, problems)
    for number in pin.iothreads:
        if not 1 <= int(number) <= one.machine.iothreads:
            why = f"{_no_iothread(number, one.machine.iothreads)} (iothreads of the machine)"
            _at_key(one.at(*at, "iothreads"), number, why, problems)
    if pin.priority is not None and pin.scheduler not in (Scheduler.FIFO, Scheduler.RR):
        why = "only the schedulers fifo and rr have priorities"
        problems.at(one.at(*at, "priority"), why, "scheduler: fifo, or leave it out")


def _no_iothread(number: int | str, there: int) -> str:
    what = f"there are {there}, counted from 1" if there > 1 else "there is 1" if there else "there is none"
    return f"there is no I/O thread {number}: {what}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _at_key(node: Node, key: str, message: str, problems: Problems) -> None:
    if isinstance(node, Map):
        problems.at_key(node, key, message)
    else:
        problems.at(node, message)


def _numa(one: Checked, numa: Numa, problems: Problems) -> None:
    """Cells hold all CPUs once, and all of the memory. A policy is for nodes of the host that are named."""
    why, hint = "it says how memory is taken from host_nodes, and none are stated", "state host_nodes, too"
    if numa.policy is not NumaPolicy.STRICT and not (numa.host_nodes or any(c.host_nodes for c in numa.cells)):
        problems.at(one.at("numa", "policy"), why, hint)
    for index, cell in enumerate(numa.cells):
        if cell.policy is not None and not (cell.host_nodes or numa.host_nodes):
            problems.at(one.at("numa", "cells", index, "policy"), why, hint)
    if not numa.cells:
        return
    at, cpus = one.at("numa", "cells"), most(one.machine.cpu)
    held: dict[int, int] = {}
    for index, cell in enumerate(numa.cells):
        here = one.at("numa", "cells", index, "cpus")
        for number in numbers(cell.cpus):
            if number >= cpus:
                problems.at(here, f"there is no virtual CPU {number}: they count from 0 to {cpus - 1}")
            elif (other := held.setdefault(number, index)) != index:
                problems.at(here, f"virtual CPU {number} is in cell {other} already")
        for other_cell in cell.distances:
            if int(other_cell) >= len(numa.cells):
                place = one.at("numa", "cells", index, "distances")
                _at_key(place, other_cell, f"there is no cell {other_cell}, there are {len(numa.cells)}", problems)
    if left := sorted(set(range(cpus)) - held.keys()):
        problems.at(at, f"no cell has virtual CPU {ranges(tuple(left))} of the {cpus}", "each is in one cell")
    total, size = sum(cell.memory for cell in numa.cells), one.machine.memory.size
    if total != size:
        why = f"the cells' memory adds up to {format_size(total)}, and memory.size is {format_size(size)}"
        problems.at(at, why, "make them equal")


def _memory(one: Checked, memory: Memory, problems: Problems) -> None:
    largest = max(memory.size, memory.max or 0)
    if memory.hard_limit is not None and memory.hard_limit <= largest:
        why = f"{format_size(memory.hard_limit)} is not more than the guest's {format_size(largest)}"
        hint = "QEMU itself needs some too: a quarter more, at least 1 GiB"
        problems.at(one.at("memory", "hard_limit"), why, hint)
    if memory.prealloc_threads is not None and not memory.prealloc:
        problems.at(one.at("memory", "prealloc_threads"), "there is nothing for them to do", "prealloc: true")
    pages = memory.hugepages
    if pages is None:
        return
    if pages.size is not None and (pages.size < 4096 or pages.size & (pages.size - 1)):
        why = f"{format_size(pages.size)} is not the size of a page"
        problems.at(one.at("memory", "hugepages", "size"), why, "2MiB or 1GiB on most hosts")
    elif pages.size and memory.size % pages.size:
        why = f"{format_size(memory.size)} is not a multiple of its pages, {format_size(pages.size)}"
        problems.at(one.at("memory", "size"), why, "take a multiple, or smaller pages")
    if pages.nodes is not None:
        cells = max(1, len(one.machine.numa.cells))
        for number in numbers(pages.nodes):
            if number >= cells:
                why = f"the guest has no NUMA cell {number}: it has {cells}, counted from 0 (numa.cells)"
                problems.at(one.at("memory", "hugepages", "nodes"), why)


def _hyperv(one: Checked, hyperv: HyperV, problems: Problems) -> None:
    for part, needed in _HYPERV_NEEDS:
        if getattr(hyperv, part) and not getattr(hyperv, needed):
            problems.at(one.at("hyperv", needed), f"{part} needs it", f"leave it out, or {part}: false too")


def _disk(one: Checked, name: str, disk: Disk, problems: Problems) -> None:
    for number in disk.iothreads:
        if number > one.machine.iothreads:
            why = _no_iothread(number, one.machine.iothreads)
            problems.at(one.at("disks", name, "iothreads"), why, f"iothreads: {number} for the machine")
    if disk.io is Io.NATIVE and disk.cache not in _DIRECT:
        why = f"native needs O_DIRECT, and cache {disk.cache} does not use it"
        problems.at(one.at("disks", name, "io"), why, "cache: none, or io: auto")
    if disk.path is not None and disk.pool is not None:
        problems.at(
            one.at("disks", name, "pool"), "a disk with a path is where its file is", "leave one of them out"
        )
    if disk.path is not None and disk.preallocation is not None:
        problems.at(one.at("disks", name, "preallocation"), "its file is there already", "leave it out")
    if disk.device is DiskDevice.CDROM and disk.bus not in (Bus.SATA, Bus.SCSI) and _stated(one, name, "bus"):
        why = f"{disk.bus} has no CD-ROMs"
        problems.at(one.at("disks", name, "bus"), why, "bus: sata or scsi, or leave it out")
    if _stated(one, name, "bus") and (disk.bus is Bus.FDC) != (disk.device is DiskDevice.FLOPPY):
        why = "fdc has floppies alone" if disk.bus is Bus.FDC else "a floppy has a bus of its own"
        problems.at(one.at("disks", name, "bus"), why, "leave it out")


def _stated(one: Checked, disk: str, key: str) -> bool:
    node = one.at("disks", disk)
    return isinstance(node, Map) and key in node.items


def _boot(one: Checked, boot: Boot, problems: Problems) -> None:
    known = ["root", *(name for name in one.machine.disks if name != "root")]
    if one.machine.image is None and "root" not in one.machine.disks:
        known.remove("root")
    for index, name in enumerate(boot.order):
        at = one.at("boot", "order", index)
        if name != _NETWORK and name not in known:
            problems.at(at, f"there is no disk {name!r}, there are {listed([*known, _NETWORK])}")
        elif name in boot.order[:index]:
            problems.at(at, f"{name} is there twice")


def _devices(one: Checked, devices: Devices, problems: Problems) -> None:
    if devices.tpm and devices.tpm.version == "1.2" and devices.tpm.model is TpmModel.CRB:
        why = "a TPM 1.2 has no crb interface"
        problems.at(one.at("devices", "tpm"), why, "tpm: {version: 1.2, model: tis}, or version 2.0")
    for index, usb in enumerate(devices.usb):
        by_kind = usb.vendor is not None and usb.product is not None
        by_place = usb.bus is not None and usb.device is not None
        if not by_kind and not by_place:
            why = "needs vendor and product, or bus and device"
            problems.at(one.at("devices", "usb", index), why, "lsusb shows both: 046d:c52b is vendor and product")
    seen: set[str] = {"org.qemu.guest_agent.0"} if devices.guest_agent else set()
    for index, channel in enumerate(devices.channels):
        if channel.name in seen:
            why = f"there is a channel {channel.name} already"
            problems.at(one.at("devices", "channels", index, "name"), why)
        seen.add(channel.name)
    if devices.graphics is not _DEFAULT.devices.graphics:
        _graphics(one, devices.graphics, problems)


def _graphics(one: Checked, graphics: Graphics, problems: Problems) -> None:
    at = ("devices", "graphics")
    if graphics.type is GraphicsType.NONE:
        for key in ("listen", "port", "password_file"):
            if getattr(graphics, key) is not None:
                problems.at(one.at(*at, key), "there is no screen", "type: vnc or spice")
    elif graphics.listen is not None and graphics.password_file is None:
        why = "whoever reaches the port would have the screen and the keyboard"
        problems.at(one.at(*at, "listen"), why, "state password_file, or leave listen out: a socket, then")
    elif graphics.port is not None and graphics.listen is None:
        problems.at(one.at(*at, "port"), "a socket has no port", "state listen, for example listen: 127.0.0.1")


def _virtiofs(one: Checked, problems: Problems) -> None:
    """virtiofsd maps the guest's memory, which must be shared for that."""
    memory = one.machine.memory
    for index, folder in enumerate(one.machine.synced_folders):
        if folder.type is FolderType.VIRTIOFS and (
            memory.shared is False or memory.source is MemorySource.ANONYMOUS
        ):
            key = "shared" if memory.shared is False else "source"
            said = "memory.shared is false" if key == "shared" else "memory.source is anonymous"
            why = f"virtiofs needs shared memory, and {said}"
            problems.at(
                one.at("synced_folders", index, "type"), why, f"leave memory.{key} out, or type: 9p or rsync"
            )


def _edits(one: Checked, raw: LibvirtRaw, problems: Problems) -> None:
    for index, edit in enumerate(raw.xml):
        _edit(one.at("providers", "libvirt", "xml", index), edit, problems)


def _edit(node: Node, edit: XmlEdit, problems: Problems) -> None:
    from xml.etree import ElementTree

    prefixes = {"qemu": "http://libvirt.org/schemas/domain/qemu/1.0", "serai": "serai"}
    inside = node.items if isinstance(node, Map) else {}
    if edit.add is not None:
        declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in prefixes.items())
        try:
            ElementTree.fromstring(f"<edit {declared}>{edit.add}</edit>")
        except ElementTree.ParseError as error:
            why = str(error).partition(":")[0]
            problems.at(
                inside.get("add", node), f"this is no XML: {why}", "close every element, and quote the text"
            )
    if not _is_path(edit.at, prefixes):
        hint = "a path from <domain>, as ./devices/disk[1] or ./devices/interface[@type='user']"
        problems.at(inside.get("at", node), f"{edit.at!r} is no path that can be followed", hint)
    if edit.add is None and not edit.set and not edit.remove:
        problems.at(node, "needs one of add, set, remove")
    elif edit.remove and (edit.add is not None or edit.set):
        problems.at(
            inside.get("remove", node), "what is taken out cannot be changed", "make it an edit of its own"
        )
    elif edit.remove and edit.at in (".", "./"):
        problems.at(inside.get("remove", node), "<domain> itself cannot be taken out", "state at")


def _is_path(text: str, prefixes: dict[str, str]) -> bool:
    """ElementTree's part of XPath; a predicate that does not end makes it call nothing (TypeError)."""
    from xml.etree.ElementTree import Element

    try:
        list(Element("domain").iterfind(text, prefixes))
    except (SyntaxError, KeyError, TypeError):
        return False
    return True
