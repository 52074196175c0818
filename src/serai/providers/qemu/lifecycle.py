"""A machine's life: made, started, stopped, removed. Each act may be killed at any moment and done again."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from secrets import token_hex

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.identity import machine_uuid
from serai.providers.qemu import (
    beside,
    check_nics,
    disks,
    gather,
    hub,
    launch,
    leases,
    links,
    memory,
    ports,
    render,
    taps,
)
from serai.providers.qemu.features import Features
from serai.providers.qemu.qmp import Gone, Qmp
from serai.providers.qemu.record import (
    Hardware,
    Phase,
    Record,
    editing,
    hold_life,
    is_alive,
    load,
    save,
)
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import empty_trash, private_dir, remove_tree, write_atomic

SUSPENDED = Path("suspend/memory")
QUIT_BUDGET = 10.0
"""Seconds in which QEMU must write out its caches after `quit`."""
PORT_ATTEMPTS = 5
"""How often ports are chosen anew: other homes on this host choose theirs at the same time."""
SECOND_PRESS = 10.0
"""Seconds after which the power button is pressed again: a guest that was still booting missed the first."""


def directory_of(scope: Scope, name: str) -> Path:
    return scope.home / "machines" / name


def made(scope: Scope, name: str) -> Record:
    """The record of a machine that is whole. Raises Code.FAILED."""
    record = load(directory_of(scope, name))
    if record is None or record.phase is not Phase.MADE:
        what = "is not made" if record is None else "was never made to the end"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    return record


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
    save(directory, record)
    progress("making its disks")
    disks.make_missing(directory, machine, image)
    disks.fit_sizes(directory, machine, image)
    fill(scope, directory, record, machine, materials)
    record.phase = Phase.MADE
    save(directory, record, sync=True)


def new_record(scope: Scope, machine: Machine, materials: Materials) -> Record:
    """A machine that is being made, with an identity of its own."""
    image = materials.image
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
    )


def fill(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> None:
    """Firmware variables (once) and the seed (each time: it carries names and addresses)."""
    image = record.image
    arch = gather.arch_of(machine, image)
    if gather.boots_by_uefi(machine, image, arch) and not (directory / "efivars.fd").exists():
        uefi = gather.uefi_for(machine, image, arch, gather.features_for(machine, image))
        assert uefi is not None
        shutil.copyfile(uefi.variables, directory / "efivars.fd.new")
        (directory / "efivars.fd.new").rename(directory / "efivars.fd")
    if image and image.seed != "none":
        write_seed(scope, directory, record, machine, materials)


def write_seed(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> None:
    from serai.guest.keys import with_keys
    from serai.guest.seed import write

    assert record.image is not None
    machine = with_keys(machine, scope.root)
    nics = links.seed_nics(scope, machine, materials)
    part = directory / "seed.iso.new"
    write(part, machine, materials, instance_id=record.instance_id, nics=nics, kind=record.image.seed)
    part.rename(directory / "seed.iso")


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given, or resume it. Running: does nothing."""
    record = made(scope, machine.name)
    directory = directory_of(scope, machine.name)
    check_nics.refuse_networks(machine, materials.networks)
    if is_alive(directory) or record.suspended:
        resume(scope, machine.name, progress)
        return
    disks.make_missing(directory, machine, record.image)
    disks.fit_sizes(directory, machine, record.image)
    with editing(directory) as record:
        record.applied = machine
        record.pending = {}
        record.user = materials.user
        record.addresses = materials.addresses
        record.networks = materials.networks
        fill(scope, directory, record, machine, materials)
    run(scope, machine.name, progress)


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


def forget_suspended(directory: Path) -> None:
    """Give the saved memory up: it must not be loaded once the guest has run on."""
    with editing(directory) as record:
        record.suspended = False
    remove_tree(directory / SUSPENDED.parent)


def run(
    scope: Scope, name: str, progress: Progress, *, saved: Hardware | None = None, state: Path | None = None
) -> None:
    """Launch QEMU by the record alone: cold, or with the memory `state` saved on the hardware `saved`."""
    directory = directory_of(scope, name)
    record = made(scope, name)
    machine = saved.machine if saved else record.applied
    assert machine is not None
    able = gather.features_for(machine, record.image)
    for network in networks_of(machine):
        join(scope, directory, machine, network, able, progress)
    leases.offer(scope, directory, list(networks_of(machine)), able, progress)
    life = hold_life(directory)
    try:
        qmp = _launch(scope, directory, machine, saved, life)
        with qmp:
            if state:
                memory.load(qmp, state, who=name, migrate_file=able.migrate_file)
                # Before the guest runs: from then on the saved memory fits its disks no more.
                forget_suspended(directory)
                qmp.execute("cont")
    except BaseException:
        with editing(directory) as record:
            record.stopped = True
        raise
    finally:
        os.close(life)
        if not is_alive(directory):
            leave_networks(scope, directory, machine)


def _launch(scope: Scope, directory: Path, machine: Machine, saved: Hardware | None, life: int) -> Qmp:
    """Choose ports, render, spawn; again when somebody took a port in between."""
    record = made(scope, machine.name)
    image, networks = record.image, record.networks
    # Probes may take seconds, once: before the port table is locked for everybody.
    site = gather.site_for(scope, machine, image, networks, forwards=(), place=directory, saved=saved)
    kind = gather.versioned(machine, site.features)
    hardware = saved or Hardware(machine=machine, kind=kind, accel=site.accel)
    for attempt in range(1, PORT_ATTEMPTS + 1):
        with ports.allocating(), editing(directory) as record:
            # Forwards are no part of what a saved memory fits to: the present ones count.
            taken = ports.taken_by_machines(directory)
            wanted = record.applied or machine
            reached = links.has_uplink(wanted)
            record.forwards = ports.allocate(wanted, record.forwards, taken) if reached else ()
            record.hardware = hardware
            record.started_at = time.time()
            record.ready_at = 0.0
            record.stopped = False
        site = msgspec.structs.replace(site, forwards=record.forwards)
        write_atomic(directory / "argv", render.text(machine, site), sync=False)
        try:
            return beside.spawn(directory, machine, site, life)
        except launch.PortTaken:
            if attempt == PORT_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def networks_of(machine: Machine) -> dict[str, list[str]]:
    """Private network -> the hub's ports that the machine uses there."""
    found: dict[str, list[str]] = {}
    number = 0
    for nic in machine.networks:
        if nic.private:
            number += 1
            found.setdefault(nic.private.network, []).append(hub.port_name(machine.name, number))
    return found


def join(
    scope: Scope, directory: Path, machine: Machine, network: str, able: Features, progress: Progress
) -> None:
    """Have the network's hub carry the machine's interfaces there, and those of others again if it had died."""
    if hub.attach(scope.home, scope.project_id, network, networks_of(machine)[network], able):
        _reconnect(scope, directory, network, able, progress)


def _reconnect(scope: Scope, directory: Path, network: str, able: Features, progress: Progress) -> None:
    """Give the living machines of a network whose hub had died their sockets back."""
    others = hub.users(scope.home, network, directory)
    for other in others:
        record = load(directory_of(scope, other))
        if record and record.hardware:
            names = networks_of(record.hardware.machine)[network]
            hub.attach(scope.home, scope.project_id, network, names, able)
    if others and not {"reconnect", "reconnect-ms"} & able.stream_options:
        progress(
            f"network {network}: its hub had died, and QEMU {able.version} cannot reconnect: "
            f"serai reload {' '.join(others)}"
        )


def leave_networks(scope: Scope, directory: Path, machine: Machine) -> None:
    """After its QEMU has ended: take its sockets off the hubs; the last machine ends the hub."""
    taps.release(links.links_of(scope, machine, {}))
    for network, names in networks_of(machine).items():
        hub.release(scope.home, scope.project_id, network, names, directory)


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


def quit_process(directory: Path, record: Record) -> None:
    """End QEMU so that it writes out what its disks' formats hold in memory; a hanging one is killed."""
    try:
        with launch.connect(directory, record.name, timeout=2.0) as qmp:
            qmp.execute("quit", timeout=QUIT_BUDGET)
    except Gone:
        pass  # it may close the connection before it answers
    except SeraiError:
        launch.end_process(directory, record.uuid, who=record.name)  # its monitor hangs
    launch.wait_end(directory, record.uuid, QUIT_BUDGET)
    launch.end_process(directory, record.uuid, who=record.name)


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
        save(directory, record)
    launch.end_process(directory, machine_uuid(scope.project_id, name), who=name)
    for machine in (record.hardware.machine if record.hardware else None, record.applied) if record else ():
        if machine:
            leave_networks(scope, directory, machine)
    remove_tree(directory)
    empty_trash(directory.parent)


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
