"""Saved states of a machine: its disks, and its memory when it runs.

Inside the qcow2 files where libvirt can do that (`internal`); else each disk goes on in a new volume on top of the
old one, and the memory is a file (`external`): disks of other formats, and UEFI, whose variables are a raw file
that no libvirt before 10.9 takes along. libvirt lists both kinds, so that virt-manager shows them, too.
Source: libvirt, formatsnapshot.
"""

from __future__ import annotations

import re
import time
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Materials, Progress, Scope, Snapshot
from serai.providers.libvirt import chains, define, forwards, gather, launch, ledger, lifecycle
from serai.providers.libvirt import snapshot_external as external
from serai.providers.libvirt.adopt.xml import Element, value
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, is_test, opened
from serai.providers.libvirt.endpoint import by_ssh
from serai.providers.libvirt.record import NAMESPACE, Record, decode
from serai.providers.libvirt.render.domain import domain as render
from serai.providers.libvirt.render.element import add, text_of
from serai.spec.base import NAME_PATTERN
from serai.util.errors import Code, SeraiError, did_you_mean


def list_all(scope: Scope, name: str) -> list[Snapshot]:
    """The snapshots, oldest first; also those that others made."""
    state, _, domain = _open(scope, name)
    known = {each.name: each for each in state.snapshots}
    found = []
    for each in domain.listAllSnapshots():
        root = ElementTree.fromstring(each.getXMLDesc())
        memory = value(root, "memory@snapshot") not in ("no", "")
        at = float(root.findtext("creationTime") or 0)  # in whole seconds
        ours = known.get(each.getName(), Snapshot(name="", at=at, memory=memory))
        found.append(Snapshot(name=each.getName(), at=ours.at, memory=memory, size=ours.size))
    return sorted(found, key=lambda each: each.at)


def save(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Save disks, and memory when it runs and can be saved. The name is taken: Code.REFUSED."""
    if not re.fullmatch(NAME_PATTERN, snapshot):
        raise SeraiError(
            Code.INPUT, f"{snapshot!r} cannot be a snapshot's name", hint="letters, digits, dots, dashes"
        )
    with ledger.locked(scope, name):
        state, conn, domain = _open(scope, name)
        _check_free(domain, name, snapshot)
        alive = bool(domain.isActive())
        root = ElementTree.fromstring(domain.XMLDesc(0))
        progress("saving its disks and memory" if alive else "saving its disks")
        chains.settle(domain, state)
        if _kind_is_inside(domain, name, possible=inside(root) or is_test(conn.getURI())):
            size, memory = _save_inside(domain, name, snapshot, alive=alive), alive
        else:
            size, memory = external.save(scope, conn, domain, state, snapshot, root, alive=alive)
        entry = Snapshot(name=snapshot, at=time.time(), memory=memory, size=size)
        state.snapshots = (*(each for each in state.snapshots if each.name != snapshot), entry)
        define.keep(conn, scope, state)


def _check_free(domain: Any, name: str, snapshot: str) -> None:
    if snapshot in domain.snapshotListNames():
        raise SeraiError(
            Code.REFUSED,
            f"{name} has a snapshot {snapshot} already",
            hint=f"serai snapshot delete {snapshot} {name}",
        )
    if not domain.isActive() and domain.hasManagedSaveImage():
        raise SeraiError(Code.REFUSED, f"{name} is suspended to disk", hint=f"serai resume {name}, then save it")


def _kind_is_inside(domain: Any, name: str, *, possible: bool) -> bool:
    """One kind at a time: going back in a file that other volumes stand on would spoil them. Once there are
    volumes on top of each other, it goes on like that."""
    kinds = {
        external.is_one(ElementTree.fromstring(each.getXMLDesc())): each.getName()
        for each in domain.listAllSnapshots()
    }
    if not possible and False in kinds:
        raise SeraiError(
            Code.REFUSED,
            f"{name} can only be saved beside its disks now, and has snapshots inside them ({kinds[False]})",
            hint=f"serai snapshot delete {kinds[False]} {name}",
        )
    return possible and True not in kinds


def inside(root: Element) -> bool:
    """Whether all that the guest writes to can hold snapshots itself, and its memory can be saved there."""
    if value(root, "os/loader@type") == "pflash" or value(root, "os@firmware") == "efi":
        return False
    written = [
        disk
        for disk in root.iterfind("devices/disk")
        if disk.get("device", "disk") == "disk" and disk.find("readonly") is None
    ]
    return movable(root) and all(value(disk, "driver@type") == "qcow2" for disk in written)


def movable(root: Element) -> bool:
    """Whether the memory can be saved: devices of the host and mounted shares keep a guest where it is."""
    return root.find("devices/hostdev") is None and root.find("devices/filesystem") is None


def _save_inside(domain: Any, name: str, snapshot: str, *, alive: bool) -> int:
    libvirt = library()
    root = Element("domainsnapshot")
    add(root, "name", snapshot)
    add(root, "memory", snapshot="internal" if alive else "no")
    with asking(f"{name}: snapshot {snapshot} cannot be made"):
        domain.snapshotCreateXML(text_of(root), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE)
    return 0


def restore(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Go back to it: with memory it runs on where it was; without, it is off, or boots when it ran."""
    with ledger.locked(scope, name):
        state, conn, domain = _open(scope, name)
        there = _find(domain, name, snapshot)
        root = ElementTree.fromstring(there.getXMLDesc(library().VIR_DOMAIN_SNAPSHOT_XML_SECURE))
        ran = bool(domain.isActive())
        forwards.end(scope, name)  # its connection is one of the present state
        _take_back(state, record_in(root))
        if ran:
            progress("ending the present state")
            lifecycle.cut(conn, domain, state.uuid)
        progress("restoring its disks")
        if external.is_one(root):
            external.restore(scope, conn, domain, state, root, lambda: _define(conn, scope, state), progress)
            chains.sweep(conn, domain, state, external.files(domain), progress)
        else:
            with asking(f"{name}: snapshot {snapshot} cannot be restored"):
                domain.revertToSnapshot(there, library().VIR_DOMAIN_SNAPSHOT_REVERT_FORCE)
            _define(conn, scope, state)
        domain = define.lookup(conn, state.uuid)  # a handle keeps the number of the life that it began with
        state.stopped = not domain.isActive()
        define.keep(conn, scope, state)
    if domain.isActive() and state.applied:
        launch.finish(scope, name, domain, state.applied)
        if state.forwards and forwards.by_ssh(state.applied, state.uri):
            forwards.renew(scope, name, domain, state.applied, by_ssh(scope, name))
        launch.keep_metadata(conn, scope, name)
    elif ran:
        launch.launch(conn, scope, name)


def record_in(root: Element) -> Record | None:
    """What serai knew of the machine when the snapshot was made; None for a snapshot of somebody else's."""
    for place in ("domain", "inactiveDomain"):
        if text := root.findtext(f"{place}/metadata/{{{NAMESPACE}}}machine"):
            try:
                return decode(text)
            except msgspec.DecodeError:
                return None
    return None


def _take_back(state: Record, then: Record | None) -> None:
    """The machine is again what it was; its volumes, snapshots and identity are those of now."""
    if then is None:
        return
    state.applied, state.marks, state.pending = then.applied, then.marks, {}
    state.addresses, state.networks, state.macs, state.uplink = (
        then.addresses,
        then.networks,
        then.macs,
        then.uplink,
    )
    state.ready_at = 0.0
    state.seed_digest = ""  # the seed is written anew at the next start


def _define(conn: Any, scope: Scope, state: Record) -> None:
    """The definition for the spec that counts again, with the volumes of now."""
    machine = state.applied
    if machine is None or is_test(conn.getURI()):
        return
    kept = Materials(image=state.image, user=state.user, networks=state.networks)
    define.put(conn, scope, state, render(machine, gather.site_for(conn, scope, machine, state, kept)))


def delete(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Remove it; what only it needed is removed or merged."""
    with ledger.locked(scope, name):
        state, conn, domain = _open(scope, name)
        there = _find(domain, name, snapshot)
        root = ElementTree.fromstring(there.getXMLDesc())
        if external.is_one(root):
            with asking(f"{name}: snapshot {snapshot} cannot be deleted"):
                there.delete(library().VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)
            external.forget(conn, state, snapshot)
            chains.settle(domain, state)
        else:
            with asking(f"{name}: snapshot {snapshot} cannot be deleted"):
                there.delete(0)
        state.snapshots = tuple(each for each in state.snapshots if each.name != snapshot)
        define.keep(conn, scope, state)
        if external.is_one(root):
            try:
                chains.sweep(conn, domain, state, external.files(domain), progress)
            finally:
                define.keep(conn, scope, state)


def _open(scope: Scope, name: str) -> tuple[Record, Any, Any]:
    """Record, connection and domain of a machine that is whole."""
    state = ledger.made(scope, name)
    conn = opened(state.uri)
    domain = define.lookup(conn, state.uuid)
    if domain is None:
        raise SeraiError(Code.FAILED, f"{name}: libvirt has no such domain any more", hint=f"serai up {name}")
    return state, conn, domain


def _find(domain: Any, name: str, snapshot: str) -> Any:
    libvirt = library()
    try:
        return domain.snapshotLookupByName(snapshot)
    except libvirt.libvirtError as error:
        if not is_gone(error):
            raise
        names = sorted(domain.snapshotListNames())
        hint = did_you_mean(snapshot, names) or f"there are: {', '.join(names) or 'none'}"
        raise SeraiError(Code.INPUT, f"{name} has no snapshot {snapshot}", hint=hint) from error
