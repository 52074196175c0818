"""Saved states of a machine: its disks' own snapshots, and its memory in a file when it runs.

Disks use the internal snapshots of qcow2; the rest is in `snapshots/NAME/` (memory, firmware variables, and what
hardware they fit to). The entry in the record is written last and removed first: what it does not name is
litter of a killed run, and the next act on the same name sweeps it away.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import msgspec

from serai.providers.contract import Mark, Progress, Scope, Snapshot
from serai.providers.qemu import disks, gather, launch, lifecycle, memory, running
from serai.providers.qemu.blockdev import node_name
from serai.providers.qemu.qmp import Qmp, QmpError
from serai.providers.qemu.record import Hardware, Record, editing, is_alive
from serai.spec.base import NAME_PATTERN
from serai.spec.disk import DiskFormat
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.files import private_dir, remove_tree, write_atomic
from serai.util.process import run, which


class Saved(msgspec.Struct, frozen=True):
    """What a snapshot must restore besides disks and memory."""

    hardware: Hardware
    applied: Machine
    disks: dict[str, str]
    """Node name -> file of each disk that is in it."""
    marks: dict[str, Mark] = {}


def list_all(scope: Scope, name: str) -> list[Snapshot]:
    """The snapshots, oldest first."""
    return sorted(running.made(scope, name).snapshots, key=lambda each: each.at)


def save(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Save disks, and memory when it runs. The name is taken: Code.REFUSED."""
    if not re.fullmatch(NAME_PATTERN, snapshot):
        raise SeraiError(
            Code.INPUT, f"{snapshot!r} cannot be a snapshot's name", hint="letters, digits, dots, dashes"
        )
    record = running.made(scope, name)
    directory = running.directory_of(scope, name)
    if any(each.name == snapshot for each in record.snapshots):
        raise SeraiError(
            Code.REFUSED,
            f"{name} has a snapshot {snapshot} already",
            hint=f"serai snapshot delete {snapshot} {name}",
        )
    if record.suspended:
        raise SeraiError(Code.REFUSED, f"{name} is suspended to disk", hint=f"serai resume {name}, then save it")
    alive = is_alive(directory)
    machine = present(record, alive=alive)
    nodes = saveable(name, machine, record, scope.root)
    if alive:
        with launch.connect(directory, name) as qmp:
            attached = {node["node-name"] for node in qmp.execute("query-named-block-nodes", {"flat": True})}
        nodes = {node: file for node, file in nodes.items() if node in attached}
    _sweep(directory, record, nodes, snapshot)
    folder = private_dir(directory / "snapshots" / snapshot)
    progress("saving its disks and memory" if alive else "saving its disks")
    if alive:
        _save_running(directory, record, machine, nodes, snapshot, folder)
    else:
        for file in nodes.values():
            run([which("qemu-img", "qemu-utils"), "snapshot", "-c", snapshot, file], cwd=directory)
        disks.copy_state(directory, folder)
    hardware = record.hardware if alive and record.hardware else Hardware(machine=machine)
    assert record.applied is not None
    saved = Saved(hardware, record.applied, nodes, record.marks)
    write_atomic(folder / "saved.json", msgspec.json.encode(saved))
    size = sum(file.stat().st_size for file in folder.iterdir())
    with editing(directory) as record:
        record.snapshots = (*record.snapshots, Snapshot(name=snapshot, at=time.time(), memory=alive, size=size))


def present(record: Record, *, alive: bool) -> Machine:
    """The spec with all the disks that the machine may have: those of its start, and those plugged since."""
    assert record.applied is not None
    if not alive or not record.hardware:
        return record.applied
    return msgspec.structs.replace(record.applied, disks={**record.hardware.machine.disks, **record.applied.disks})


def saveable(name: str, machine: Machine, record: Record, project: Path) -> dict[str, str]:
    """Node name -> file of the disks that hold snapshots. Raises Code.UNSUPPORTED for one that cannot."""
    found = {}
    for disk, spec in disks.specs(machine, record.image).items():
        if spec.readonly or spec.is_drive:
            continue
        if spec.format is not DiskFormat.QCOW2:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{name}: disk {disk} is {spec.format}, which holds no snapshots",
                hint=f"disks.{disk}.format: qcow2, or readonly: true",
            )
        own = disks.own_path(spec, project)
        found[node_name(disk)] = str(own or disks.file_path(disk, spec))
    return found


def _save_running(
    directory: Path, record: Record, machine: Machine, nodes: dict[str, str], snapshot: str, folder: Path
) -> None:
    able = gather.features_for(machine, record.image)
    with launch.connect(directory, record.name) as qmp:
        was = qmp.execute("query-status")["status"]
        qmp.execute("stop")
        try:
            _snapshot_nodes(qmp, nodes, snapshot)
            try:
                memory.save(qmp, folder / "memory", who=record.name, migrate_file=able.migrate_file)
            except BaseException:
                if is_alive(directory):
                    for node in nodes:
                        _delete_node_snapshot(qmp, node, snapshot)
                raise
            disks.copy_state(directory, folder)
        finally:
            if was == "running" and is_alive(directory):
                qmp.execute("cont")


def _snapshot_nodes(qmp: Qmp, nodes: dict[str, str], snapshot: str) -> None:
    """All disks at one moment, or none of them."""
    actions = [
        {"type": "blockdev-snapshot-internal-sync", "data": {"device": node, "name": snapshot}} for node in nodes
    ]
    if actions:
        qmp.execute("transaction", {"actions": actions})


def _delete_node_snapshot(qmp: Qmp, node: str, snapshot: str) -> None:
    try:
        qmp.execute("blockdev-snapshot-delete-internal-sync", {"device": node, "name": snapshot})
    except QmpError as error:
        if "does not exist" not in error.text and "not found" not in error.text.lower():
            raise


def restore(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Go back to it: with memory it runs on where it was; without, it is off, or boots when it ran."""
    record = running.made(scope, name)
    directory = running.directory_of(scope, name)
    meta = _find(record, snapshot)
    folder = directory / "snapshots" / snapshot
    saved = _read(folder, name, snapshot)
    ran = is_alive(directory)
    if ran:
        progress("ending the present state")
    lifecycle.stop(scope, name, 0.0, True, progress)
    progress("restoring its disks")
    for file in saved.disks.values():
        run([which("qemu-img", "qemu-utils"), "snapshot", "-a", snapshot, file], cwd=directory)
    disks.copy_state(folder, directory)
    with editing(directory) as record:
        record.marks = saved.marks
        record.applied = saved.applied
        record.pending = {}
    if meta.memory:
        progress("loading its memory")
        running.run(scope, name, progress, saved=saved.hardware, state=folder / "memory")
    elif ran:
        running.run(scope, name, progress)


def delete(scope: Scope, name: str, snapshot: str) -> None:
    """Remove it. Not there: does nothing but sweep up what a killed run left of it."""
    record = running.made(scope, name)
    directory = running.directory_of(scope, name)
    folder = directory / "snapshots" / snapshot
    known = any(each.name == snapshot for each in record.snapshots)
    if not known and not folder.exists():
        _find(record, snapshot)
    if (folder / "saved.json").exists():
        nodes = _read(folder, name, snapshot).disks
    else:
        nodes = saveable(name, present(record, alive=is_alive(directory)), record, scope.root)
    with editing(directory) as record:
        record.snapshots = tuple(each for each in record.snapshots if each.name != snapshot)
    _sweep(directory, record, nodes, snapshot)


def _sweep(directory: Path, record: Record, nodes: dict[str, str], snapshot: str) -> None:
    """Remove the snapshot from every disk that has it, and its folder."""
    if is_alive(directory):
        with launch.connect(directory, record.name) as qmp:
            memory.abandon(qmp, who=record.name)
            if qmp.execute("query-status")["status"] == "postmigrate":
                why = "its memory was being saved when serai was killed, and QEMU has let go of its disks"
                raise SeraiError(Code.FAILED, f"{record.name}: {why}", hint=f"serai up {record.name}")
            for node in nodes:
                _delete_node_snapshot(qmp, node, snapshot)
    else:
        for file in nodes.values():
            if (directory / file).exists() and snapshot in _names(directory / file):
                run([which("qemu-img", "qemu-utils"), "snapshot", "-d", snapshot, file], cwd=directory)
    remove_tree(directory / "snapshots" / snapshot)


def _names(file: Path) -> set[str]:
    text = run([which("qemu-img", "qemu-utils"), "info", "--output=json", file]).stdout
    return {each["name"] for each in msgspec.json.decode(text).get("snapshots", ())}


def _find(record: Record, snapshot: str) -> Snapshot:
    for each in record.snapshots:
        if each.name == snapshot:
            return each
    names = sorted(each.name for each in record.snapshots)
    hint = did_you_mean(snapshot, names) or f"there are: {', '.join(names) or 'none'}"
    raise SeraiError(Code.INPUT, f"{record.name} has no snapshot {snapshot}", hint=hint)


def _read(folder: Path, name: str, snapshot: str) -> Saved:
    try:
        return msgspec.json.decode((folder / "saved.json").read_bytes(), type=Saved)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise SeraiError(
            Code.CORRUPT,
            f"{name}: snapshot {snapshot} is not whole: {error}",
            hint=f"serai snapshot delete {snapshot} {name}",
        ) from error


def drop_internal(directory: Path, names: list[str]) -> None:
    """Remove the snapshots that the copied disks of another machine brought along."""
    for file in (directory / "disks").glob("*.qcow2"):
        for name in _names(file) & set(names):
            run([which("qemu-img", "qemu-utils"), "snapshot", "-d", name, file])
