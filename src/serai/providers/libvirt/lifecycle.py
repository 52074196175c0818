"""A machine's life: made, started, stopped, suspended. Each act may be killed at any moment and done again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import bases, chains, destroy, events, forwards, ledger, links, volumes
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, opened, uri_of
from serai.providers.libvirt.define import define, join, keep, lookup
from serai.providers.libvirt.launch import finish, keep_metadata, launch
from serai.providers.libvirt.record import Phase, Record
from serai.providers.libvirt.site import LinkKind
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.digest import token_hex
from serai.util.errors import Code, SeraiError

SECOND_PRESS = 10.0
"""Seconds after which the power button is pressed again: a guest that was still booting missed the first."""
CUT_BUDGET = 30.0
"""Seconds in which a domain whose power was cut must be off: QEMU writes out what its formats hold."""


def create(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Make volumes, seed and domain. What a killed create or destroy left is replaced; made: does nothing."""
    old = ledger.load(scope, machine.name)
    if old and old.phase is Phase.MADE:
        return
    destroy.destroy(scope, machine.name, progress)
    conn = opened(uri_of(machine))
    state = new_record(scope, machine, materials)
    ledger.save(scope, state)
    materials = on_its_layer(state, materials)
    fill(conn, scope, state, machine, materials, progress)
    state.phase = Phase.MADE
    keep(conn, scope, state)
    ledger.save(scope, state, sync=True)


def on_its_layer(state: Record, materials: Materials) -> Materials:
    """The materials with what its disk stands on, be it a layer."""
    return (
        msgspec.structs.replace(materials, image=state.image) if state.image and state.image.layer else materials
    )


def new_record(scope: Scope, machine: Machine, materials: Materials) -> Record:
    """A machine that is being made, with an identity of its own."""
    image, start = materials.image, materials.layer
    standing = image
    if image and start:
        from serai.providers.libvirt.layers import image_of

        standing = image_of(image, start)
    return Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        uri=uri_of(machine),
        uuid=machine_uuid(scope.project_id, machine.name),
        instance_id=f"serai-{token_hex(8)}",
        applied=machine,
        image=standing,
        image_digest=image.digest if image else "",
        user=materials.user,
        marks=dict(start.marks) if start else {},
        set_up=start is not None,
    )


def fill(
    conn: Any, scope: Scope, state: Record, machine: Machine, materials: Materials, progress: Progress
) -> None:
    """Disks that are not there yet, at their sizes, and the domain as the spec wants it."""
    progress("making its disks")
    state.networks = materials.networks
    state.addresses = dict(materials.addresses)
    _note_cards(conn, scope, state, machine)
    ledger.save(scope, state)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # As slow as disks are: at the same time, and on that thread's connection.
        joined = beside.submit(lambda: join(opened(state.uri), scope, machine, materials))
        volumes.make_missing(conn, scope, state, machine, materials, progress)
        volumes.fit_sizes(conn, state, machine, materials.image)
        state.addresses = joined.result()
    _note_cards(conn, scope, state, machine)
    with bases.using(materials.image.digest) if materials.image else nullcontext():
        define(conn, scope, state, machine, materials, progress)


def _note_cards(conn: Any, scope: Scope, state: Record, machine: Machine) -> None:
    """By what the machine is known in networks, so that `destroy` can take all of it back."""
    cards = links.links_of(conn, scope, machine, state.networks)
    state.macs = tuple(card.mac for card in cards)
    state.uplink = next((card.source for card in cards[:1] if card.kind is LinkKind.NETWORK), "")


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given, or resume it. Running: does nothing."""
    state = ledger.made(scope, machine.name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    if domain is not None and (domain.isActive() or domain.hasManagedSaveImage()):
        resume(scope, machine.name, progress)
        return
    with ledger.locked(scope, machine.name):
        state = ledger.made(scope, machine.name)
        if domain is not None:
            chains.settle(domain, state)  # a snapshot that was killed may not have noted where the disks went on
        state.pending = {}
        if state.nameless:
            state.instance_id, state.set_up, state.nameless = f"serai-{token_hex(8)}", True, False
        materials = on_its_layer(state, materials)
        if links.uplink_kind(machine, state.uri) is UplinkType.PASST:  # its ports are in the XML
            state.forwards = forwards.chosen(machine, state.uri, state.forwards)
        fill(conn, scope, state, machine, materials, progress)
    launch(conn, scope, machine.name)


def resume(scope: Scope, name: str, progress: Progress) -> None:
    """Let it go on: from a pause, or from its saved memory. Running: does nothing. Off: Code.FAILED."""
    libvirt = library()
    state = ledger.made(scope, name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    if domain is None or not (domain.isActive() or domain.hasManagedSaveImage()):
        raise SeraiError(Code.FAILED, f"{name} is not suspended: it is off", hint=f"serai up {name}")
    if not domain.isActive():
        progress("loading its memory")
        launch(conn, scope, name)
        return
    now = domain.state()[0]
    if state.life != domain.ID() and state.applied:  # serai was killed between the start and this
        finish(scope, name, domain, state.applied)
    with asking(f"{name} cannot be resumed"):
        if now == libvirt.VIR_DOMAIN_PMSUSPENDED:
            domain.pMWakeup()
        elif now == libvirt.VIR_DOMAIN_PAUSED:
            domain.resume()


def suspend(scope: Scope, name: str, to_disk: bool, progress: Progress) -> None:
    """Pause it in memory, or save its memory and end it. Suspended already: does nothing."""
    libvirt = library()
    state = ledger.made(scope, name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    if domain is not None and not domain.isActive() and domain.hasManagedSaveImage():
        return
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} does not run: there is nothing to suspend", hint=f"serai up {name}")
    with asking(f"{name} cannot be suspended"):
        if to_disk:
            progress("saving its memory")
            forwards.end(scope, name)
            domain.managedSave(libvirt.VIR_DOMAIN_SAVE_RUNNING)
        elif domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING:
            domain.suspend()
    if to_disk:
        ended(conn, scope, name)


def stop(scope: Scope, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Power off by agent or ACPI within `budget` seconds, else cut the power. True: the guest went by itself."""
    state = ledger.made(scope, name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    graceful = True
    if domain is not None and domain.isActive():
        graceful = not force and _power_down(conn, domain, state.uuid, budget, progress)
        if not graceful:
            progress("cutting its power")
            cut(conn, domain, state.uuid)
    if domain is not None and domain.hasManagedSaveImage():
        domain.managedSaveRemove()
    forwards.end(scope, name)
    ended(conn, scope, name)
    return graceful


def ended(conn: Any, scope: Scope, name: str) -> None:
    """The record of a machine that serai has taken out of life."""
    with ledger.editing(scope, name) as state:
        state.stopped = True
        state.ready_at = 0.0
        state.life = 0
    keep_metadata(conn, scope, name)


def is_off(domain: Any) -> bool | None:
    """For `events.wait`: True, or None while it lives."""
    return None if domain.isActive() else True


def _power_down(conn: Any, domain: Any, uuid: str, budget: float, progress: Progress) -> bool:
    """libvirt asks the guest agent where one answers, else it presses the power button."""
    libvirt = library()
    progress("waiting for the guest to power off")
    deadline = time.monotonic() + budget
    with events.watching(conn, uuid) as stirred:
        try:
            if domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
                domain.resume()
            domain.shutdownFlags(0)
            if events.wait(conn, domain, is_off, min(budget, SECOND_PRESS), stirred):
                return True
            domain.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)
        except libvirt.libvirtError:
            if domain.isActive():
                raise
            return True  # it ended meanwhile
        return bool(events.wait(conn, domain, is_off, deadline - time.monotonic(), stirred))


def cut(conn: Any, domain: Any, uuid: str) -> None:
    """End it at once: asked first, so that QEMU writes out what it holds, then killed."""
    libvirt = library()
    for flags in (libvirt.VIR_DOMAIN_DESTROY_GRACEFUL, 0):
        try:
            domain.destroyFlags(flags)
        except libvirt.libvirtError:
            if not domain.isActive():
                return
            if not flags:
                raise
        if not domain.isActive():
            return
    events.wait_for(conn, uuid, is_off, CUT_BUDGET)
