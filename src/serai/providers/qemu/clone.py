"""A copy of a stopped machine, with an identity of its own: name, uuid, MACs, instance id, seed."""

from __future__ import annotations

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.qemu import disks, lifecycle, running
from serai.providers.qemu.record import Phase, is_alive, load, save
from serai.providers.qemu.snapshots import drop_internal
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir


def clone(scope: Scope, name: str, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Copy the disks (sharing their blocks where the file system can) under the new name.

    Raises Code.REFUSED when the source runs: its disks would be copied half written.
    """
    source_record = running.made(scope, name)
    source = running.directory_of(scope, name)
    if is_alive(source) or source_record.suspended:
        raise SeraiError(Code.REFUSED, f"{name} is not off: its disks are in use", hint=f"serai halt {name}")
    target = running.directory_of(scope, machine.name)
    existing = load(target)
    if existing and existing.phase is Phase.MADE:
        raise SeraiError(
            Code.REFUSED, f"{machine.name} exists already", hint="clone to another name, or destroy it first"
        )
    lifecycle.destroy(scope, machine.name)
    private_dir(target)
    record = lifecycle.new_record(scope, machine, materials)
    record.image = source_record.image
    record.image_digest = source_record.image_digest
    record.template = source_record.template
    record.marks = dict(source_record.marks)
    save(target, record)
    progress(f"copying the disks of {name}")
    disks.copy_disks(source, target)
    drop_internal(target, [each.name for each in source_record.snapshots])
    disks.make_missing(target, machine, record.image)
    disks.fit_sizes(target, machine, record.image)
    lifecycle.fill(scope, target, record, machine, materials)
    record.phase = Phase.MADE
    save(target, record, sync=True)
