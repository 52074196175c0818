"""A container's life on libvirt: made, started, stopped, suspended. Each act may be killed and done again."""

from __future__ import annotations

import stat
import subprocess
import time
from pathlib import Path
from typing import Any

from serai.providers import container_root
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.idmap import idmap, outside, shift
from serai.providers.libvirt import destroy, events, gather, ledger, record
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, opened, uri_of
from serai.providers.libvirt.containers import gather as looked
from serai.providers.libvirt.containers import inside
from serai.providers.libvirt.containers.render import domain as render
from serai.providers.libvirt.define import join, keep, lookup
from serai.providers.libvirt.launch import keep_metadata
from serai.providers.libvirt.lifecycle import ended, is_off, new_record
from serai.providers.libvirt.record import Phase, Record
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.process import which

UNPACK_BUDGET = 1800.0
END_BUDGET = 30.0
"""Seconds in which a container whose processes were killed must be off."""


def create(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Make root filesystem and domain. What a killed create or destroy left is replaced; made: does nothing."""
    old = ledger.load(scope, machine.name)
    if old and old.phase is Phase.MADE:
        return
    destroy.destroy(scope, machine.name, progress)
    conn = opened(uri_of(machine))
    state = new_record(scope, machine, materials)
    state.image = None  # it is unpacked, and lies in no pool
    state.user = "root"
    ledger.save(scope, state)
    root = container_root.found(scope, machine, materials, progress)
    state.image_digest, state.process = root.digest, root.process
    progress("unpacking its root filesystem")
    place = ledger.directory_of(scope, machine.name) / looked.ROOTFS
    unpack(machine, root, place)
    container_root.personalize(place, machine.hostname or machine.name, disk=bool(root.digest))
    if lines := idmap(machine):
        progress("giving its files to the ids of the host")
        shift(machine.name, place, lines)
        open_way(place)
    define(conn, scope, state, machine, materials)
    state.phase = Phase.MADE
    keep(conn, scope, state)
    ledger.save(scope, state, sync=True)


def open_way(place: Path) -> None:
    """Let others come through serai's own directories, without seeing what is in them: its root is one of them."""
    top = paths.home()
    for each in (place.parent, *place.parent.parents):
        if not each.is_relative_to(top):
            return
        each.chmod(stat.S_IMODE(each.stat().st_mode) | stat.S_IXOTH)


def unpack(machine: Machine, root: container_root.Root, place: Path) -> None:
    """The tree, with owners and modes as they are packed. Raises Code.FAILED with tar's last words."""
    place.mkdir(mode=0o755)
    argv = [which("tar", "tar"), "-x", "-p", "--numeric-owner", "--exclude=./dev/*", "--exclude=dev/*"]
    with container_root.packed(machine, root) as (stream, how):
        done = subprocess.run(
            [*argv, *how, "-f", "-", "-C", str(place)],
            stdin=stream,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=UNPACK_BUDGET,
            check=False,
        )
    if done.returncode:
        cause = (done.stderr.strip().splitlines() or ["tar said nothing"])[0].rpartition("tar: ")[2]
        raise SeraiError(Code.FAILED, f"{machine.name}: its root filesystem cannot be unpacked: {cause}")
    for name in ("dev", "proc", "sys"):  # what libvirt mounts over
        (place / name).mkdir(exist_ok=True)


def define(conn: Any, scope: Scope, state: Record, machine: Machine, materials: Materials) -> Any:
    """Join its networks, write its small files, and define the domain for the spec given. It is off."""
    libvirt = library()
    state.networks = materials.networks
    state.addresses = dict(materials.addresses)
    found = looked.cards(conn, scope, machine, materials)
    state.macs = tuple(card.mac for card in found)
    state.uplink = next((card.source for card in found[:1] if card.kind == "network"), "")
    ledger.save(scope, state)  # before the networks are made: a destroy after a kill must know them
    if found:
        state.addresses = join(conn, scope, machine, materials)
    state.domain = state.domain or gather.domain_name(conn, scope, machine.name)
    state.applied = machine
    write_files(scope, machine, materials)
    wanted = render(machine, looked.site_for(conn, scope, machine, state, materials))
    with asking(f"{state.name}: libvirt refuses its domain", hint=f"serai render {state.name} shows it"):
        domain = conn.defineXMLFlags(wanted, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
        domain.setAutostart(int(machine.providers.libvirt.autostart))
    ledger.save(scope, state)
    write_atomic(ledger.directory_of(scope, state.name) / ledger.DEFINED, wanted, sync=False)
    return domain


def write_files(scope: Scope, machine: Machine, materials: Materials) -> None:
    """Hosts, name servers and small files, which the container sees at their places."""
    box, directory = machine.container or Container(), ledger.directory_of(scope, machine.name)
    peers = {**materials.hosts, **box.extra_hosts}
    texts = {"hosts": container_root.hosts(machine.hostname or machine.name, peers)}
    if box.dns or box.dns_search:
        lines = [f"search {' '.join(box.dns_search)}"] if box.dns_search else []
        lines += [f"nameserver {address}" for address in box.dns]
        texts["resolv.conf"] = "".join(f"{line}\n" for line in lines)
    for name, text in texts.items():
        write_atomic(directory / name, text, mode=0o644, sync=False)
    ranges = idmap(machine)
    for number, file in enumerate(box.files):
        source = scope.root / paths.expanduser(file.source or "")
        text = source.read_text() if file.content is None else file.content
        place = directory / "files" / str(number)
        place.parent.mkdir(exist_ok=True)
        owner = outside(ranges, "u", file.uid), outside(ranges, "g", file.gid)
        ids = (owner[0] or 0, owner[1] or 0) if ranges else (file.uid, file.gid)
        write_atomic(place, text, mode=int(file.mode, 8), sync=False, owner=ids)


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given; paused: it goes on. Running: does nothing."""
    state = ledger.made(scope, machine.name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    if domain is not None and domain.isActive():
        resume(scope, machine.name, progress)
        return
    with ledger.locked(scope, machine.name):
        state = ledger.made(scope, machine.name)
        state.pending = {}
        domain = define(conn, scope, state, machine, materials)
        cards = looked.cards(conn, scope, machine, materials)
    progress("starting its first process")
    with asking(f"{machine.name} cannot be started", hint=f"serai logs {machine.name} --engine"):
        domain.createWithFlags(0)
    domain = lookup(conn, state.uuid)  # anew: the driver does not tell the old object its number
    with ledger.editing(scope, machine.name) as state:
        state.started_at, state.ready_at = time.time(), 0.0
        state.life, state.stopped = max(domain.ID(), 0) if domain else 0, False
    if domain is not None:
        inside.settle(domain, machine.hostname or machine.name, cards)
    keep_metadata(conn, scope, machine.name)


def resume(scope: Scope, name: str, progress: Progress) -> None:
    """Let it go on. Running: does nothing. Off: Code.FAILED."""
    state = ledger.made(scope, name)
    domain = lookup(opened(state.uri), state.uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} is not suspended: it is off", hint=f"serai up {name}")
    if domain.state()[0] == library().VIR_DOMAIN_PAUSED:
        with asking(f"{name} cannot be resumed"):
            domain.resume()


def suspend(scope: Scope, name: str, to_disk: bool, progress: Progress) -> None:
    """Freeze all of its processes. Frozen already: does nothing."""
    if to_disk:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: libvirt saves no container's memory", hint="serai suspend")
    state = ledger.made(scope, name)
    domain = lookup(opened(state.uri), state.uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} does not run: there is nothing to suspend", hint=f"serai up {name}")
    if domain.state()[0] == library().VIR_DOMAIN_RUNNING:
        with asking(f"{name} cannot be suspended"):
            domain.suspend()


def stop(scope: Scope, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Ask its first process to end, kill it after `budget` seconds. True: it went by itself."""
    state = ledger.made(scope, name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    graceful = True
    if domain is not None and domain.isActive():
        box = state.applied.container if state.applied else None
        seconds = budget if box is None or box.stop_timeout is None else box.stop_timeout
        graceful = not force and _ask(conn, domain, state, seconds, progress)
        if not graceful:
            progress("killing its processes")
            kill(conn, domain, state.uuid)
    ended(conn, scope, name)
    return graceful or force


def _ask(conn: Any, domain: Any, state: record.Record, budget: float, progress: Progress) -> bool:
    """By the signal that its first process takes for an order to end."""
    progress(f"waiting up to {budget:g} s for its first process to end")
    with events.watching(conn, state.uuid) as stirred:
        if domain.state()[0] == library().VIR_DOMAIN_PAUSED:
            domain.resume()  # who is frozen hears no signal
        inside.ask_to_end(domain, state)
        return bool(events.wait(conn, domain, is_off, budget, stirred))


def kill(conn: Any, domain: Any, uuid: str) -> None:
    """End it at once."""
    libvirt = library()
    try:
        domain.destroy()
    except libvirt.libvirtError:
        if domain.isActive():
            raise
        return  # it ended meanwhile
    events.wait_for(conn, uuid, is_off, END_BUDGET)
