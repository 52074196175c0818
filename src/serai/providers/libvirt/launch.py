"""Starting a domain: from its definition or its saved memory, with the forwarded ports that its spec asks for."""

from __future__ import annotations

import time
from typing import Any

from serai.providers.contract import Forward, Scope
from serai.providers.libvirt import access, forwards, ledger, swtpm
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, is_remote
from serai.providers.libvirt.console import COPY
from serai.providers.libvirt.define import keep, lookup
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

PORT_ATTEMPTS = 5
"""How often ports are chosen anew: other programs on this host choose theirs at the same time."""


def launch(conn: Any, scope: Scope, name: str) -> None:
    """Start what is defined and noted in the record. Raises Code.FAILED with libvirt's reason."""
    libvirt = library()
    state = ledger.made(scope, name)
    domain = lookup(conn, state.uuid)
    machine = state.applied
    assert machine is not None
    access.check(conn, scope, machine, domain)
    saved = domain.hasManagedSaveImage()
    waits = forwards.by_monitor(machine, state.uri)
    (ledger.directory_of(scope, name) / COPY).unlink(missing_ok=True)  # what it said in its last life
    what = f"{name} cannot be started"
    try:
        with asking(what, hint=f"serai logs {name} --engine"):
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED if waits else 0)
    except SeraiError as error:
        raise swtpm.explained(error, what, here=not is_remote(state.uri)) from error
    try:
        told = () if forwards.by_ssh(machine, state.uri) else state.forwards
        note(scope, name, domain, forward(domain, name, machine, state.uri, told) if waits else told)
        if waits:
            with asking(what):
                domain.resume()
    except SeraiError:
        _take_back(domain, saved)
        raise
    keep_metadata(conn, scope, name)


def note(scope: Scope, name: str, domain: Any, told: tuple[Forward, ...]) -> None:
    """That it lives, since when, and with which ports."""
    with ledger.editing(scope, name) as state:
        state.forwards = told
        state.started_at = time.time()
        state.ready_at = 0.0
        state.life = max(domain.ID(), 0)
        state.stopped = False


def forward(domain: Any, name: str, machine: Machine, uri: str, last: tuple[Forward, ...]) -> tuple[Forward, ...]:
    """Choose ports and tell QEMU; again when somebody took one in between."""
    for attempt in range(1, PORT_ATTEMPTS + 1):
        chosen = forwards.chosen(machine, uri, last)
        try:
            forwards.add(domain, name, chosen)
        except SeraiError as error:
            forwards.remove(domain, name, chosen)
            if error.code is not Code.BUSY or attempt == PORT_ATTEMPTS:
                raise
        else:
            return chosen
    raise AssertionError("unreachable")


def _take_back(domain: Any, saved: bool) -> None:
    """End a start that failed; a memory that was loaded for it goes back to where it was."""
    libvirt = library()
    if saved:
        domain.managedSave(libvirt.VIR_DOMAIN_SAVE_RUNNING)
    else:
        domain.destroy()


def finish(scope: Scope, name: str, domain: Any, machine: Machine) -> None:
    """What is left to do for a domain that runs, but whose start nobody noted: serai was killed in between."""
    state = ledger.made(scope, name)
    told = state.forwards
    if forwards.by_monitor(machine, state.uri):
        forwards.remove(domain, name, told)
        told = forward(domain, name, machine, state.uri, told)
    note(scope, name, domain, told)


def keep_metadata(conn: Any, scope: Scope, name: str) -> None:
    """The domain's half of the record, as the file has it now."""
    with ledger.locked(scope, name):
        state = ledger.load(scope, name)
        if state is not None:
            keep(conn, scope, state)
