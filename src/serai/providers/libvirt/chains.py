"""Disks whose states lie in several volumes, each on top of another: what external snapshots leave behind.

A volume that a snapshot lies in is frozen; the guest writes to one that stands on it. What neither the guest nor
a snapshot needs any more is removed, and what only holds one volume up is merged into that.
"""

from __future__ import annotations

import os
import posixpath
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Progress, Scope
from serai.providers.libvirt import events, pools, storage_xml, volumes
from serai.providers.libvirt.adopt.xml import Element, value
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, is_remote
from serai.providers.libvirt.record import Record, Volume
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

PULL_BUDGET = 3600.0
"""Seconds that merging one volume may take."""


def next_volume(scope: Scope, state: Record, disk: str, pool: str) -> Volume:
    """A name that no volume of the disk has: `shop-1_web_data.2.qcow2`."""
    taken = {each.name for each in state.volumes}
    number = 1
    while (name := volumes.volume_name(scope, state.name, f"{disk}.{number}", "qcow2")) in taken:
        number += 1
    return Volume(pool=pool, name=name, disk=disk)


def shift(state: Record, fresh: dict[str, Volume]) -> None:
    """From now on the guest writes to these volumes; the others of their disks are frozen."""
    mine = []
    names = {each.name for each in fresh.values()}
    for each in state.volumes:
        if each.disk in fresh and each.name not in names:
            mine.append(msgspec.structs.replace(each, frozen=True))
        elif each.name not in names:
            mine.append(each)
    state.volumes = (*mine, *fresh.values())


def settle(domain: Any, state: Record) -> bool:
    """Believe the domain in which volume its disks are: a killed run may not have noted it. True: it was so."""
    libvirt = library()
    root = ElementTree.fromstring(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    names = {posixpath.basename(path): path for path in sources(root).values()}
    fresh = {}
    for each in state.volumes:
        if each.frozen and each.name in names and not each.disk.startswith("@"):
            fresh[each.disk] = msgspec.structs.replace(each, frozen=False)
    if fresh:
        shift(state, fresh)
    return bool(fresh)


def sources(root: Element) -> dict[str, str]:
    """Target of each disk that can be written to -> its file or device."""
    return {
        value(disk, "target@dev"): value(disk, "source@file") or value(disk, "source@dev")
        for disk in root.iterfind("devices/disk")
        if disk.get("device", "disk") == "disk" and disk.find("readonly") is None
    }


def overlay(conn: Any, volume: Volume, base: str) -> str:
    """Make the volume, empty, on top of the file `base`; its path."""
    pool = conn.storagePoolLookupByName(volume.pool)
    original = conn.storageVolLookupByPath(base)
    form = ElementTree.fromstring(original.XMLDesc(0)).find("target/format")
    backing = (base, form.get("type", "raw") if form is not None else "raw")
    xml = storage_xml.volume(volume.name, capacity=original.info()[1], form="qcow2", backing=backing)
    return str(pool.createXML(xml, 0).path())


def sweep(conn: Any, domain: Any, state: Record, needed: set[str], progress: Progress) -> None:
    """Remove and merge the frozen volumes that no snapshot needs; `needed` are the files that snapshots lie in."""
    for pool in {each.pool for each in state.volumes}:
        pools.refresh(conn.storagePoolLookupByName(pool))  # what stands on what is read from the files themselves
    for disk in sorted({each.disk for each in state.volumes if each.frozen and not each.disk.startswith("@")}):
        mine = [each for each in state.volumes if each.disk == disk and _is_there(conn, each)]
        parents = {each.name: _parent(conn, each) for each in mine}
        top = volumes.current(state, disk)
        if top is None or top.name not in parents:
            continue  # nothing is removed that it might stand on
        for name in _unused(mine, parents, needed):
            _drop(conn, state, name)
            parents.pop(name)
        while below := _single(top.name, parents, needed):
            if not _merge(conn, domain, top, below, parents[below], progress):
                break
            _check_merged(conn, top, parents[below])
            parents[top.name] = parents.pop(below)
            _drop(conn, state, below)


def _check_merged(conn: Any, top: Volume, base: str) -> None:
    """What is removed next must hold nothing up any more: looked up in the file itself."""
    pools.refresh(conn.storagePoolLookupByName(top.pool))
    if (found := _parent(conn, top)) != base:
        raise SeraiError(Code.FAILED, f"{top.name} still stands on {found}: nothing was removed")


def _is_there(conn: Any, volume: Volume) -> bool:
    """A killed run notes volumes that it never made."""
    libvirt = library()
    try:
        volumes.found(conn, volume)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return False
        raise
    return True


def _parent(conn: Any, volume: Volume) -> str:
    """Path of what it stands on; empty: on nothing. Raises libvirt.libvirtError for one that is not there."""
    tree = ElementTree.fromstring(volumes.found(conn, volume).XMLDesc(0))
    return tree.findtext("backingStore/path", "")


def _unused(mine: list[Volume], parents: dict[str, str], needed: set[str]) -> list[str]:
    """Frozen volumes that nothing stands on and no snapshot lies in, those on top first."""
    left = {each.name: each for each in mine}
    gone: list[str] = []
    while True:
        held = {posixpath.basename(parents[name]) for name in left if name in parents}
        held |= {posixpath.basename(path) for path in needed}
        free = [name for name, each in left.items() if each.frozen and name not in held]
        if not free:
            return gone
        gone += free
        left = {name: each for name, each in left.items() if name not in free}


def _single(top: str, parents: dict[str, str], needed: set[str]) -> str:
    """The volume right below the one that the guest writes to, if only that one needs it; else empty."""
    below = posixpath.basename(parents.get(top, ""))
    if below not in parents or below in {posixpath.basename(path) for path in needed}:
        return ""
    above = [name for name, path in parents.items() if posixpath.basename(path) == below]
    return below if above == [top] else ""


def _merge(conn: Any, domain: Any, top: Volume, below: str, base: str, progress: Progress) -> bool:
    """Take the content of `below` into `top`, which stands on `base` then. False: not now, nobody here can."""
    path = volumes.found(conn, top).path()
    if domain.isActive():
        progress(f"merging {below}")
        pull(conn, domain, path, base)
        return True
    if is_remote(conn.getURI()) or not os.access(path, os.R_OK | os.W_OK):
        progress(f"{below} is merged when a snapshot is deleted while the machine runs")
        return False
    progress(f"merging {below}")
    words = ["-b", base, "-F", _format(conn, base)] if base else ["-b", ""]
    run([which("qemu-img", "qemu-utils"), "rebase", "-f", "qcow2", *words, path], timeout=PULL_BUDGET)
    return True


def _format(conn: Any, path: str) -> str:
    form = ElementTree.fromstring(conn.storageVolLookupByPath(path).XMLDesc(0)).find("target/format")
    return form.get("type", "raw") if form is not None else "raw"


def pull(conn: Any, domain: Any, path: str, base: str) -> None:
    """Let the running domain's disk stand on `base` (empty: on nothing), and wait until it does."""
    root = ElementTree.fromstring(domain.XMLDesc(0))
    target = next(name for name, file in sources(root).items() if file == path)
    with events.watching(conn, domain.UUIDString(), (events.Event.BLOCK_JOB,)) as stirred:
        with asking(f"{path} cannot be merged with what it stands on"):
            domain.blockRebase(target, base or None, 0, 0)
        events.wait(conn, domain, lambda each: None if each.blockJobInfo(target) else True, PULL_BUDGET, stirred)


def _drop(conn: Any, state: Record, name: str) -> None:
    for each in state.volumes:
        if each.name == name:
            volumes.delete(conn, each)
    state.volumes = tuple(each for each in state.volumes if each.name != name)
