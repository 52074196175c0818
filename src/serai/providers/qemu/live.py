"""Changes to a running machine: memory, CPUs, disks and forwarded ports. Each looks first at what QEMU has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from serai.providers.contract import Effect, Materials, Progress, Scope, Verdict
from serai.providers.key_names import disk_of
from serai.providers.qemu import cards, disks, gather, launch, pinning, ports, render, running, uplink
from serai.providers.qemu.blockdev import device, device_id, file_node, format_node, is_cdrom, node_name
from serai.providers.qemu.qmp import Qmp, QmpError
from serai.providers.qemu.record import Hardware, Plugged, Record, editing, is_alive, process_id
from serai.providers.qemu.render import memory as backing
from serai.providers.qemu.site import DiskFile
from serai.providers.qemu.storage import storage
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB, format_size

BLOCK = 128 * MIB
"""Linux onlines memory in blocks of this size on x86. Source: Documentation/admin-guide/mm/memory-hotplug."""


CARDS = {"networks.private"}
"""Keys of what is plugged in as a network card."""
NO_BALLOON = "it was started warm, and such machines have no balloon until they are started again"


def apply(
    scope: Scope,
    machine: Machine,
    keys: Mapping[str, Verdict],
    progress: Progress,
    materials: Materials | None = None,
) -> None:
    """Make the live changes now, and note those that wait for a restart. The spec becomes what is applied."""
    for key, verdict in keys.items():
        if verdict.effect in (Effect.RECREATE, Effect.IMMUTABLE):
            raise SeraiError(Code.REFUSED, f"{machine.name}: {key} cannot be changed in place: {verdict.reason}")
    directory = running.directory_of(scope, machine.name)
    record = running.made(scope, machine.name)
    live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE]
    waiting = {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
    if "memory.size" in live and is_alive(directory) and lacks_balloon(record, machine):
        live.remove("memory.size")
        waiting["memory.size"] = NO_BALLOON
    if is_alive(directory):
        with launch.connect(directory, machine.name) as qmp:
            _apply_running(scope, directory, qmp, machine, record, live, progress)
            if CARDS & set(live):
                cards.fit(scope, directory, qmp, machine, materials, free_port, progress)
    elif any(key.startswith("disks") for key in live):
        disks.make_missing(directory, machine, record.image)
        disks.fit_sizes(directory, machine, record.image)
    with editing(directory) as record:
        record.applied = machine
        record.pending = {**{key: why for key, why in record.pending.items() if key not in live}, **waiting}


def lacks_balloon(record: Record, machine: Machine) -> bool:
    """Whether it was started warm, without what takes memory back, and is to have less."""
    was, now = record.hardware, record.applied
    if was is None or now is None or was.machine.memory.balloon or not machine.memory.balloon:
        return False
    return machine.memory.size < now.memory.size


def _apply_running(
    scope: Scope,
    directory: Path,
    qmp: Qmp,
    machine: Machine,
    record: Record,
    keys: list[str],
    progress: Progress,
) -> None:
    heads = {key.partition(".")[0].partition("[")[0] for key in keys}
    if "memory" in heads:
        progress(f"memory to {format_size(machine.memory.size)}")
        resize_memory(directory, qmp, machine)
    if "cpu" in heads:
        progress(f"CPUs to {machine.cpu.total}")
        add_cpus(directory, qmp, machine)
        pinning.apply(qmp, process_id(directory, record.uuid), machine.cpu.pin, who=machine.name, again=True)
    if "disks" in heads:
        progress("fitting its disks")
        fit_disks(scope, directory, qmp, machine, record, keys)
    if ("networks" in heads or "ssh" in heads) and forwards_live(machine):
        fit_forwards(directory, qmp, machine)


def resize_memory(directory: Path, qmp: Qmp, machine: Machine) -> None:
    """Plug memory when it must be more than it has, then let the balloon take what is too much."""
    wanted = machine.memory.size
    summary = qmp.execute("query-memory-size-summary")
    total = summary["base-memory"] + summary.get("plugged-memory", 0)
    if wanted > total:
        # Whole blocks, as Linux wants them; the balloon takes back what is over.
        _plug_memory(directory, qmp, machine, -(-(wanted - total) // BLOCK) * BLOCK)
        total += -(-(wanted - total) // BLOCK) * BLOCK
    if machine.memory.balloon:
        qmp.execute("balloon", {"value": min(wanted, total)})


def _plug_memory(directory: Path, qmp: Qmp, machine: Machine, size: int) -> None:
    number, who = len(qmp.execute("query-memory-devices")), machine.name
    # On the same pages as the rest, shared when it is: a virtiofsd must be able to read it too.
    backend = backing.backend(machine, f"memory{number}", size, 0 if machine.numa.cells else None)
    module = backing.module(number, machine)
    qmp.execute("object-add", backend)
    try:
        qmp.execute("device_add", module)
    except QmpError as error:
        qmp.execute("object-del", {"id": f"memory{number}"})
        raise SeraiError(
            Code.FAILED,
            f"{who}: {format_size(size)} could not be plugged: {error.text}",
            hint=f"serai reload {who}",
        ) from error
    _remember(directory, Plugged("-object", backend), Plugged("-device", module))


def add_cpus(directory: Path, qmp: Qmp, machine: Machine) -> None:
    """Plug CPUs until there are as many as stated. Fewer need a restart."""
    slots = qmp.execute("query-hotpluggable-cpus")
    present = sum(slot["vcpus-count"] for slot in slots if "qom-path" in slot)
    free = [slot for slot in reversed(slots) if "qom-path" not in slot]
    for slot in free[: max(0, machine.cpu.total - present)]:
        place = dict(slot["props"])
        name = "cpu-" + "-".join(str(place[key]) for key in sorted(place))
        part = {"driver": slot["type"], "id": name, **place}
        qmp.execute("device_add", part)
        _remember(directory, Plugged("-device", part))


def fit_disks(
    scope: Scope, directory: Path, qmp: Qmp, machine: Machine, record: Record, keys: Collection[str]
) -> None:
    """Plug the disks of these keys that are new, grow those that must be larger. The others wait for a restart."""
    named = {disk_of(key, machine, record.applied)[0] for key in keys if key.startswith("disks.")}
    had = record.applied.disks if record.applied else {}
    disks.make_missing(directory, machine, record.image)
    able = gather.features_for(machine, record.image)
    files = disks.disk_files(machine, record.image, scope.root, storage(directory), able)
    present = {node["node-name"]: node for node in qmp.execute("query-named-block-nodes", {"flat": True})}
    for disk in files:
        if disk.name not in named:
            continue
        spec = machine.disks.get(disk.name)
        node = present.get(node_name(disk.name))
        if is_cdrom(spec) and device_id(disk.name) in _devices(qmp):
            change_medium(qmp, disk, spec, node)
            _remember_medium(directory, disk.name, spec)
        elif node is None:
            if disk.name in had:
                continue  # it is not in it yet
            nodes = [file_node(disk, spec), format_node(disk, spec)] if disk.path else []
            part = device(disk, spec, iothreads=machine.iothreads)
            _plug_disk(directory, qmp, machine, nodes, part)
        elif spec and spec.size and not spec.path and node["image"]["virtual-size"] < spec.size:
            qmp.execute("block_resize", {"node-name": node_name(disk.name), "size": spec.size})


def _devices(qmp: Qmp) -> set[str]:
    """The ids of the devices that hold disks and CD-ROMs."""
    return {each.get("qdev", "").rpartition("/")[2] for each in qmp.execute("query-block")}


def change_medium(qmp: Qmp, disk: DiskFile, spec: Disk | None, node: dict[str, Any] | None) -> None:
    """Take the disc out of a CD-ROM drive, and put the wanted one in; the same one stays."""
    if node and disk.path and Path(node["file"]) == Path(disk.path):
        return
    drive = {"id": device_id(disk.name)}
    qmp.execute("blockdev-open-tray", {**drive, "force": True})
    if node:
        qmp.execute("blockdev-remove-medium", drive)
        for name in (node["node-name"], f"{node['node-name']}-file"):
            qmp.execute("blockdev-del", {"node-name": name})
    if disk.path:
        for each in (file_node(disk, spec), format_node(disk, spec)):
            qmp.execute("blockdev-add", each)
        qmp.execute("blockdev-insert-medium", {**drive, "node-name": node_name(disk.name)})
    qmp.execute("blockdev-close-tray", drive)


def _remember_medium(directory: Path, name: str, spec: Disk | None) -> None:
    """A memory saved from now on fits to the drive with this disc in it."""
    with editing(directory) as record:
        if record.hardware and spec:
            machine = record.hardware.machine
            machine = msgspec.structs.replace(machine, disks={**machine.disks, name: spec})
            record.hardware = msgspec.structs.replace(record.hardware, machine=machine)


def _plug_disk(
    directory: Path, qmp: Qmp, machine: Machine, nodes: list[dict[str, Any]], part: dict[str, Any]
) -> None:
    if part["driver"] in ("virtio-blk-pci", "nvme"):
        part = {**part, "bus": free_port(qmp, machine.name)}
    added: list[str] = []
    try:
        for node in nodes:
            qmp.execute("blockdev-add", node)
            added.append(node["node-name"])
        qmp.execute("device_add", part)
    except QmpError:
        for name in reversed(added):
            qmp.execute("blockdev-del", {"node-name": name})
        raise
    _remember(directory, *(Plugged("-blockdev", node) for node in nodes), Plugged("-device", part))


def free_port(qmp: Qmp, who: str) -> str:
    """A root port with nothing behind it."""
    for bus in qmp.execute("query-pci"):
        for slot in bus["devices"]:
            bridge = slot.get("pci_bridge")
            name = str(slot.get("qdev_id", ""))
            if bridge is not None and name.startswith("port") and not bridge.get("devices"):
                return name
    raise SeraiError(
        Code.FAILED,
        f"{who}: all {render.SPARE_PORTS} spare PCIe ports are in use",
        hint=f"serai reload {who} gives what is new places of its own",
    )


def forwards_live(machine: Machine) -> bool:
    """Whether QEMU itself forwards the ports, and can be told of others; passt was told at its start."""
    return uplink.uplink_of(machine)[1].type in (UplinkType.AUTO, UplinkType.USER)


def fit_forwards(directory: Path, qmp: Qmp, machine: Machine) -> None:
    """Remove the forwards that are not wanted any more, add the new ones, keep the others as they are."""
    with ports.allocating():
        taken = ports.taken_by_machines(directory)
        with editing(directory) as record:
            chosen = ports.reallocate(machine, record.forwards, taken)
            for old in record.forwards:
                if old not in chosen:
                    _hmp(qmp, f"hostfwd_remove net0 {old.protocol}:{old.host_ip}:{old.host}", "removed")
            kept = tuple(each for each in record.forwards if each in chosen)
            woken = record.hardware is not None and record.hardware.woken
            record.forwards = kept
            for new in chosen:
                if new not in kept:
                    _hmp(qmp, f"hostfwd_add net0 {render.hostfwd(new, woken=woken)}", "")
            record.forwards = chosen


def _hmp(qmp: Qmp, line: str, wanted: str) -> None:
    """The human monitor tells failures as text; a rule that is gone already is as good as removed."""
    said = qmp.hmp(line)
    if said and not (wanted and (wanted in said or "not found" in said)):
        raise SeraiError(Code.FAILED, f"QEMU refused {line}: {said}")


def _remember(directory: Path, *parts: Plugged) -> None:
    """A memory saved from now on needs these parts too."""
    with editing(directory) as record:
        if record.hardware:
            old = record.hardware
            record.hardware = Hardware(
                machine=old.machine, plugged=(*old.plugged, *parts), kind=old.kind, accel=old.accel
            )
