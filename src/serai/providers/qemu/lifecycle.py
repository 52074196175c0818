"""A machine's life: made, started, stopped, removed. Each act may be killed at any moment and done again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.identity import machine_uuid
from serai.providers.kept import may_be_warm
from serai.providers.qemu import (
    check_nics,
    disks,
    gather,
    launch,
    memory,
    seeds,
)
from serai.providers.qemu.record import (
    Hardware,
    Phase,
    Ram,
    Record,
    editing,
    is_alive,
    load,
    save,
)
from serai.providers.qemu.running import (
    SUSPENDED,
    directory_of,
    forget_suspended,
    leave_networks,
    made,
    quit_process,
    run,
)
from serai.spec.machine import Machine
from serai.util.digest import token_hex
from serai.util.errors import Code, SeraiError
from serai.util.files import empty_trash, private_dir, remove_tree, unless_full

if TYPE_CHECKING:
    from serai.providers.qemu.template import Template

FORK = "fork-"
"""What the name of a moment begins with (see qemu/template.py, which most starts do without)."""
SECOND_PRESS = 10.0
"""Seconds after which the power button is pressed again: a guest that was still booting missed the first."""


def create(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Make the directory, disks and seed. What a killed create or destroy left is replaced; made: does nothing."""
    check_nics.refuse_networks(machine, materials.networks)
    directory = directory_of(scope, machine.name)
    private_dir(directory.parent)
    empty_trash(directory.parent)
    record = load(directory)
    if record and record.phase is Phase.MADE:
        return
    destroy(scope, machine.name)
    private_dir(directory)
    image = materials.image
    record = new_record(scope, machine, materials)
    if materials.moment:
        _based_on_moment(directory, record, materials.moment)
    elif may_be_warm(machine):
        record.template = _based_on_template(scope, directory, record, machine, materials)
    save(directory, record)
    if record.image and record.image.layer and not record.template:
        from serai.providers.qemu import layers

        layers.make_disks(directory, record.image.layer)
    progress("making its disks")
    disks.make_missing(directory, machine, image)
    disks.fit_sizes(directory, machine, image)
    fill(scope, directory, record, machine, materials, seed=not record.template)
    record.phase = Phase.MADE
    save(directory, record, sync=True)


def _based_on_template(
    scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials
) -> str:
    """The key of the template that its disks are made on, when there is one; else empty."""
    from serai.providers.qemu import template, warm, warmth

    with template.held(changing=False):
        known = warmth.choose(scope, machine, record.image, materials).known
        if known is None:
            return ""
        template.touch(known.key)
        record.template = known.key
        save(directory, record)  # from here on nobody takes the template's disks away
        warm.make_disks(directory, known)
        return known.key


def _based_on_moment(directory: Path, record: Record, moment: str) -> None:
    """Its disks are made on those of another machine, as they were then."""
    from serai.providers.qemu import forking, warm

    known = forking.known(moment)
    assert known is not None
    record.template = moment
    save(directory, record)
    warm.make_disks(directory, known)


def new_record(scope: Scope, machine: Machine, materials: Materials) -> Record:
    """A machine that is being made, with an identity of its own."""
    image, layer = materials.image, materials.layer
    if image and layer:
        image = msgspec.structs.replace(image, layer=layer.id)
    return Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        uuid=machine_uuid(scope.project_id, machine.name),
        instance_id=f"serai-{token_hex(8)}",
        applied=machine,
        image=image,
        image_digest=image.digest if image else "",
        user=materials.user,
        addresses=materials.addresses,
        networks=materials.networks,
        marks=dict(layer.marks) if layer else {},
        set_up=layer is not None,
    )


def fill(
    scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials, *, seed: bool = True
) -> None:
    """Firmware variables (once) and the seed (each time: it carries names and addresses); or only what it says."""
    image = record.image
    arch = gather.arch_of(machine, image)
    if gather.boots_by_uefi(machine, image, arch) and not (directory / "efivars.fd").exists():
        uefi = gather.uefi_for(machine, image, arch, gather.features_for(machine, image))
        assert uefi is not None
        shutil.copyfile(uefi.variables, directory / "efivars.fd.new")
        (directory / "efivars.fd.new").rename(directory / "efivars.fd")
    if image and image.seed != "none":
        made = seeds.write if seed else seeds.contents
        made(scope, directory, record, machine, materials)


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given, or resume it. Running: does nothing."""
    record = made(scope, machine.name)
    directory = directory_of(scope, machine.name)
    check_nics.refuse_networks(machine, materials.networks)
    if is_alive(directory) or record.suspended:
        if record.newborn and seeds.is_blank(directory):
            seeds.put(scope, directory, record, machine, materials)
        resume(scope, machine.name, progress)
        return
    disks.make_missing(directory, machine, record.image)
    disks.fit_sizes(directory, machine, record.image)
    first = not record.started_at
    with editing(directory) as record:
        record.applied = machine
        record.pending = {}
        record.user = materials.user
        record.addresses = materials.addresses
        record.networks = materials.networks
        if record.nameless:
            record.instance_id, record.set_up, record.nameless = f"serai-{token_hex(8)}", True, False
        late = first and bool(record.template) and seeds.keep_place(scope, directory, record, machine, materials)
        fill(scope, directory, record, machine, materials, seed=not late)

    begun = False
    if first and record.template.startswith(FORK):
        begun = _start_fork(scope, machine, materials, record.template, progress)
    elif first and may_be_warm(machine):
        begun = _start_warm(scope, directory, machine, materials, progress)
    if begun:
        return
    if late and seeds.is_blank(directory):
        seeds.put(scope, directory, record, machine, materials)
    run(scope, machine.name, progress)


def _start_fork(scope: Scope, machine: Machine, materials: Materials, moment: str, progress: Progress) -> bool:
    """Start it with the memory of the one that it is a fork of; False: that is gone, and it boots."""
    from serai.providers.qemu import forking
    from serai.providers.qemu.waking import wake

    known = forking.known(moment)
    if known is None:
        progress("the memory that it would start from is gone: it boots")
        return False
    progress("going on where the other one was")
    wake(scope, machine, materials, forking.fitted(machine, known), known, progress)
    return True


def _start_warm(scope: Scope, directory: Path, machine: Machine, materials: Materials, progress: Progress) -> bool:
    """Start it from a template, or so that it becomes one; False: it starts like any other."""
    from serai.providers.qemu import warm, warmth

    record = made(scope, machine.name)
    if machine.warm or record.template:
        warm.find(scope, machine, record.image, materials)  # one that is broken goes
    found = warmth.choose(scope, machine, record.image, materials)
    known = found.known
    fit = Hardware(machine=warm.fitted(machine))
    if known is not None and known.key == record.template:
        was = known.hardware
        begun = msgspec.structs.replace(fit, kind=was.kind, accel=was.accel, ram=Ram.TEMPLATE, woken=True)
        progress("waking it from a template")
        return _woken(scope, directory, machine, materials, begun, known, progress)
    if not found.leaves or record.template:
        return False
    if machine.warm is None:
        warmth.make_room(machine)
    if not warm.reserve(directory, machine):
        return False
    run(scope, machine.name, progress, first=msgspec.structs.replace(fit, ram=Ram.OWN))
    return True


def _woken(
    scope: Scope,
    directory: Path,
    machine: Machine,
    materials: Materials,
    begun: Hardware,
    known: Template,
    progress: Progress,
) -> bool:
    """False: this QEMU does not take the template, which goes; the machine boots from its disks."""
    from serai.providers.qemu.waking import wake

    try:
        wake(scope, machine, materials, begun, known, progress)
    except SeraiError as error:
        from serai.providers.qemu import template

        launch.end_process(directory, made(scope, machine.name).uuid, who=machine.name)
        with template.held(changing=True):
            template.drop(known.key)
        progress(f"it boots, for it cannot be woken: {error.message}")
        return False
    return True


def resume(scope: Scope, name: str, progress: Progress) -> None:
    """Let it go on: from a pause, or from its saved memory. A stopped one: Code.FAILED."""
    record = made(scope, name)
    directory = directory_of(scope, name)
    if is_alive(directory):
        with launch.connect(directory, name) as qmp:
            memory.abandon(qmp, who=name)
            status = qmp.execute("query-status")["status"]
            if not record.suspended or status == "running":
                if status != "running":
                    qmp.execute("cont")
                if record.suspended:
                    forget_suspended(directory)
                return
        # It was being suspended or resumed when serai was killed: its saved memory is whole and has not run since.
        launch.end_process(directory, record.uuid, who=name)
    if not record.suspended:
        raise SeraiError(Code.FAILED, f"{name} is not suspended: it is off", hint=f"serai up {name}")
    progress("loading its memory")
    run(scope, name, progress, saved=record.hardware, state=directory / SUSPENDED)


def stop(scope: Scope, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Power off by ACPI within `budget` seconds, else cut the power. True: the guest went by itself."""
    record = made(scope, name)
    directory = directory_of(scope, name)
    graceful = True
    if is_alive(directory):
        graceful = not force and _power_down(directory, record, budget, progress)
        if not graceful:
            progress("cutting its power")
            quit_process(directory, record)
    if record.suspended:
        forget_suspended(directory)
    _ended(scope, directory)
    return graceful


def _ended(scope: Scope, directory: Path) -> None:
    with editing(directory) as record:
        record.stopped = True
        record.ready_at = 0.0
    (directory / "ram").unlink(missing_ok=True)
    launch.end_process(directory, record.uuid, who=record.name)  # sweeps its sockets away
    if record.hardware:
        leave_networks(scope, directory, record.hardware.machine)


def _power_down(directory: Path, record: Record, budget: float, progress: Progress) -> bool:
    progress("waiting for the guest to power off")
    try:
        with launch.connect(directory, record.name) as qmp:
            if qmp.execute("query-status")["status"] != "running":
                qmp.execute("cont")
            first = min(budget, SECOND_PRESS)
            qmp.execute("system_powerdown")
            if launch.wait_end(directory, record.uuid, first):
                return True
            qmp.execute("system_powerdown")
    except SeraiError:
        # It ended meanwhile, or its monitor hangs: waiting for the process tells which.
        return launch.wait_end(directory, record.uuid, min(budget, 1.0))
    return launch.wait_end(directory, record.uuid, budget - first)


def destroy(scope: Scope, name: str) -> None:
    """End it at once and remove its directory. Not there: finishes what a killed run left."""
    directory = directory_of(scope, name)
    if not directory.exists():
        if directory.parent.exists():
            empty_trash(directory.parent)
        return
    try:
        record = load(directory)
    except SeraiError:
        record = None  # an unreadable record must not keep a machine from being destroyed
    if record and record.phase is not Phase.DESTROYING:
        record.phase = Phase.DESTROYING
        with unless_full():
            save(directory, record)
    launch.end_process(directory, machine_uuid(scope.project_id, name), who=name)
    for machine in (record.hardware.machine if record.hardware else None, record.applied) if record else ():
        if machine:
            leave_networks(scope, directory, machine)
    remove_tree(directory)
    empty_trash(directory.parent)
    if record and record.template.startswith(FORK):
        from serai.providers.qemu.forking import sweep

        sweep()


def suspend(scope: Scope, name: str, to_disk: bool, progress: Progress) -> None:
    """Pause it in memory, or save its memory and end QEMU. Suspended already: does nothing."""
    record = made(scope, name)
    directory = directory_of(scope, name)
    if record.suspended and not is_alive(directory):
        return
    if not is_alive(directory):
        raise SeraiError(Code.FAILED, f"{name} does not run: there is nothing to suspend", hint=f"serai up {name}")
    with launch.connect(directory, name) as qmp:
        was = qmp.execute("query-status")["status"]
        qmp.execute("stop")
        if not to_disk:
            return
        progress("saving its memory")
        target = directory / SUSPENDED
        private_dir(target.parent)
        able = gather.features_for(_applied(record), record.image)
        try:
            memory.save(qmp, target, who=name, migrate_file=able.migrate_file)
        except BaseException:
            if was == "running" and is_alive(directory):
                qmp.execute("cont")
            raise
        with editing(directory) as record:
            record.suspended = True
    quit_process(directory, record)
    _ended(scope, directory)


def _applied(record: Record) -> Machine:
    assert record.applied is not None
    return record.applied
