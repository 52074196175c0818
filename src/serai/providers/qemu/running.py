"""A machine's QEMU, launched by the record alone, joined to its networks, and ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from serai.providers.contract import Progress, Scope
from serai.providers.qemu import beside, gather, hub, launch, leases, links, memory, ports, render, taps, uplink
from serai.providers.qemu.features import Features
from serai.providers.qemu.qmp import Gone, Qmp
from serai.providers.qemu.record import Hardware, Phase, Ram, Record, editing, hold_life, is_alive, load
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import remove_tree, write_atomic

if TYPE_CHECKING:
    from serai.providers.qemu.template import Template

SUSPENDED = Path("suspend/memory")
QUIT_BUDGET = 10.0
"""Seconds in which QEMU must write out its caches after `quit`."""
PORT_ATTEMPTS = 5
"""How often ports are chosen anew: other homes on this host choose theirs at the same time."""


def directory_of(scope: Scope, name: str) -> Path:
    return scope.home / "machines" / name


def made(scope: Scope, name: str) -> Record:
    """The record of a machine that is whole. Raises Code.FAILED."""
    record = load(directory_of(scope, name))
    if record is None or record.phase is not Phase.MADE:
        what = "is not made" if record is None else "was never made to the end"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    return record


def forget_suspended(directory: Path) -> None:
    """Give the saved memory up: it must not be loaded once the guest has run on."""
    with editing(directory) as record:
        record.suspended = False
    remove_tree(directory / SUSPENDED.parent)


def run(
    scope: Scope,
    name: str,
    progress: Progress,
    *,
    saved: Hardware | None = None,
    state: Path | None = None,
    known: Template | None = None,
    first: Hardware | None = None,
    meanwhile: Callable[[], None] = lambda: None,
    launched: Callable[[], None] = lambda: None,
    loading: Callable[[], None] = lambda: None,
    loaded: Callable[[], None] = lambda: None,
) -> None:
    """Launch QEMU by the record alone: cold, or with the memory `state` saved on the hardware `saved`.

    `known`: with the memory of that template; `first`: cold, on this hardware, whose memory may become one.
    `meanwhile` is called while QEMU starts, `launched` when it is there and has loaded nothing, `loading` while it
    loads the template's memory, `loaded` when it has it and does not run yet.
    """
    directory = directory_of(scope, name)
    record = made(scope, name)
    if saved and state and saved.ram is not Ram.PLAIN:
        saved = msgspec.structs.replace(saved, ram=Ram.NAMED)
    fixed = saved or first
    machine = fixed.machine if fixed else record.applied
    assert machine is not None
    able = gather.features_for(machine, record.image)
    for network in networks_of(machine):
        join(scope, directory, machine, network, able, progress)
    leases.offer(scope, directory, list(networks_of(machine)), able, progress)
    life = hold_life(directory)
    try:
        qmp = _launch(scope, directory, machine, saved, life, first, meanwhile)
        with qmp:
            launched()
            if known:
                _wake(scope, directory, machine, known, qmp, able, loading)
                loaded()
                qmp.execute("cont")
            elif state:
                memory.load(qmp, state, who=name, migrate_file=able.migrate_file)
                # Before the guest runs: from then on the saved memory fits its disks no more.
                forget_suspended(directory)
                qmp.execute("cont")
    except BaseException:
        with editing(directory) as now:
            now.stopped, now.newborn = True, record.newborn
        raise
    finally:
        os.close(life)
        if not is_alive(directory):
            leave_networks(scope, directory, machine)


def _wake(
    scope: Scope,
    directory: Path,
    machine: Machine,
    known: Template,
    qmp: Qmp,
    able: Features,
    loading: Callable[[], None],
) -> None:
    """Until it has the template's memory, and its record says whether it must be told who it is."""
    from serai.providers.qemu import warm

    record = made(scope, machine.name)
    cards = links.links_of(scope, machine, record.networks)
    newborn = record.instance_id != known.instance_id

    def meanwhile() -> None:
        with editing(directory) as record:
            record.newborn = newborn
        loading()

    warm.load(qmp, known, cards, who=machine.name, able=able, meanwhile=meanwhile)
    if not newborn:
        warm.set_links(qmp, cards, up=True)


def _launch(
    scope: Scope,
    directory: Path,
    machine: Machine,
    saved: Hardware | None,
    life: int,
    first: Hardware | None,
    meanwhile: Callable[[], None],
) -> Qmp:
    """Choose ports, render, spawn; again when somebody took a port in between."""
    record = made(scope, machine.name)
    image, networks, ram = record.image, record.networks, None
    if (fixed := saved or first) and fixed.ram is not Ram.PLAIN:
        from serai.providers.qemu.warm import ram_file

        ram = ram_file(fixed, record.template)
    # Probes may take seconds, once: before the port table is locked for everybody.
    site = gather.site_for(scope, machine, image, networks, forwards=(), place=directory, saved=saved, ram=ram)
    kind = gather.versioned(machine, site.features)
    fresh = Hardware(machine=machine, kind=kind, accel=site.accel, ram=first.ram if first else Ram.PLAIN)
    hardware = saved or fresh
    for attempt in range(1, PORT_ATTEMPTS + 1):
        with ports.allocating(), editing(directory) as record:
            # Forwards are no part of what a saved memory fits to: the present ones count.
            taken = ports.taken_by_machines(directory)
            wanted = record.applied or machine
            reached = uplink.has_uplink(wanted)
            record.forwards = ports.allocate(wanted, record.forwards, taken) if reached else ()
            record.hardware = hardware
            record.started_at = time.time()
            record.ready_at = 0.0
            record.stopped = False
        site = msgspec.structs.replace(site, forwards=record.forwards)
        write_atomic(directory / "argv", render.text(machine, site), sync=False)
        try:
            return beside.spawn(directory, machine, site, life, meanwhile)
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
