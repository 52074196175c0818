"""External snapshots: disks go on in new volumes, memory and firmware variables are files beside them.

libvirt makes them; going back and deleting is done here, with volumes and saved memory alone: libvirt itself
learned the one in 9.9 and the other, half, in 9.0.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Progress, Scope
from serai.providers.libvirt import agent, chains, hostfiles, pools, volumes
from serai.providers.libvirt.adopt.xml import Element, value
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, is_session
from serai.providers.libvirt.record import Record, Volume
from serai.providers.libvirt.render.element import add, text_of
from serai.util.errors import Code, SeraiError

MEMORY, VARIABLES = "memory", "nvram"


def is_one(root: Element) -> bool:
    """Of the XML of a snapshot."""
    return any(disk.get("snapshot") == "external" for disk in root.iterfind("disks/disk"))


def files(domain: Any) -> set[str]:
    """The files that the domain's external snapshots lie in."""
    found = set()
    for each in domain.listAllSnapshots():
        root = ElementTree.fromstring(each.getXMLDesc())
        if is_one(root):
            found |= set(chains.sources(root.find("domain") or Element("domain")).values())
    return found


def save(
    scope: Scope, conn: Any, domain: Any, state: Record, snapshot: str, root: Element, *, alive: bool
) -> tuple[int, bool]:
    """Make it; gives its size in bytes beside the disks, and whether the memory is in it."""
    libvirt = library()
    memory = alive and root.find("devices/hostdev") is None and root.find("devices/filesystem") is None
    fresh = {target: (disk, _above(conn, scope, state, disk)) for target, disk in _disks(root, state).items()}
    place = _place(conn, scope, state)
    names = {kind: volumes.volume_name(scope, state.name, snapshot, kind) for kind in (MEMORY, VARIABLES)}
    state.volumes = (
        *state.volumes,
        *(msgspec.structs.replace(each, frozen=True) for _, each in fresh.values()),
        *(Volume(pool=place.name(), name=name, disk=f"@{snapshot}", frozen=True) for name in names.values()),
    )
    # Told before they are there: what a killed run leaves is found, and goes with the machine.
    _note(scope, state)
    folder = pools.target_of(place)
    file = f"{folder}/{names[MEMORY]}" if memory else ""
    text = _xml(conn, root, snapshot, fresh, file)
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    if not memory:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        if alive and agent.answers(domain):
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
    with asking(f"{state.name}: snapshot {snapshot} cannot be made"):
        domain.snapshotCreateXML(text, flags)
    chains.shift(state, dict(fresh.values()))
    for pool in {each.pool for each in state.volumes}:
        pools.refresh(conn.storagePoolLookupByName(pool))
    if variables := variables_of(conn.getURI(), root):
        hostfiles.copy(conn, variables, f"{folder}/{names[VARIABLES]}")
    size = sum(_size(conn, each) for each in state.volumes if each.disk == f"@{snapshot}")
    return size, memory


def _note(scope: Scope, state: Record) -> None:
    from serai.providers.libvirt import ledger

    ledger.save(scope, state)


def _disks(root: Element, state: Record) -> dict[str, str]:
    """Target -> disk of ours, of all that are written to. Raises Code.UNSUPPORTED for one that is not ours."""
    mine = {each.name: each.disk for each in state.volumes}
    found = {}
    for target, path in chains.sources(root).items():
        disk = mine.get(posixpath.basename(path))
        if disk is None:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{state.name}: {path} is your own, and could only hold a snapshot as qcow2 of a BIOS machine",
                hint="readonly: true, or a disk that serai makes (no path:)",
            )
        found[target] = disk
    return found


def _above(conn: Any, scope: Scope, state: Record, disk: str) -> Volume:
    """The volume that the disk goes on in: in its own pool, where that holds files."""
    now = volumes.current(state, disk)
    pool = conn.storagePoolLookupByName(now.pool) if now else None
    if pool is None or not pools.holds_files(pool):
        pool = _place(conn, scope, state)
    return chains.next_volume(scope, state, disk, pool.name())


def _place(conn: Any, scope: Scope, state: Record) -> Any:
    """A pool for files: the one of the machine's seed or disks, else `default`."""
    for each in state.volumes:
        pool = conn.storagePoolLookupByName(each.pool)
        if pools.holds_files(pool):
            return pool
    return pools.open_pool(conn, scope, pools.DEFAULT, {})


def _xml(conn: Any, domain: Element, snapshot: str, fresh: dict[str, tuple[str, Volume]], memory: str) -> str:
    root = Element("domainsnapshot")
    add(root, "name", snapshot)
    if memory:
        add(root, "memory", snapshot="external", file=memory)
    else:
        add(root, "memory", snapshot="no")
    listed = add(root, "disks")
    for each in domain.iterfind("devices/disk"):
        target = value(each, "target@dev")
        if target not in fresh:
            add(listed, "disk", name=target, snapshot="no")
            continue
        volume = fresh[target][1]
        disk = add(listed, "disk", name=target, snapshot="external", type="file")
        add(disk, "driver", type="qcow2")
        folder = pools.target_of(conn.storagePoolLookupByName(volume.pool))
        add(disk, "source", file=f"{folder}/{volume.name}")
    return text_of(root)


def variables_of(uri: str, root: Element) -> str:
    """The file of the firmware's variables; empty: it has none. Where libvirt does not say it, its usual place.

    Source: libvirt, src/qemu/qemu_firmware.c; before 9.2 a domain that is off does not name it.
    """
    if named := root.findtext("os/nvram"):
        return named
    if value(root, "os@firmware") != "efi":
        return ""
    home = str(Path("~/.config/libvirt").expanduser()) if is_session(uri) else "/var/lib/libvirt"
    return f"{home}/qemu/nvram/{root.findtext('name')}_VARS.fd"


def _size(conn: Any, volume: Volume) -> int:
    libvirt = library()
    try:
        return int(volumes.found(conn, volume).info()[2])
    except libvirt.libvirtError:
        return 0  # a part that this snapshot has not


def restore(
    scope: Scope,
    conn: Any,
    domain: Any,
    state: Record,
    root: Element,
    redefine: Callable[[], None],
    progress: Progress,
) -> None:
    """New volumes on the frozen ones; variables and memory as they were. The domain is off."""
    libvirt = library()
    snapshot = root.findtext("name") or ""
    then = root.find("domain")
    assert then is not None
    frozen = {posixpath.basename(each): each for each in chains.sources(then).values()}
    mine = {each.name: each for each in state.volumes}
    if foreign := sorted(frozen[name] for name in frozen.keys() - mine.keys()):
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{state.name}: snapshot {snapshot} was made by another program, and lies in {foreign[0]}",
            hint=f"virsh -c {state.uri} snapshot-revert {state.domain} {snapshot}",
        )
    fresh: dict[str, Volume] = {}
    paths: dict[str, str] = {}
    for name, path in frozen.items():
        disk = mine[name].disk
        fresh[disk] = _above(conn, scope, state, disk)
        state.volumes = (*state.volumes, msgspec.structs.replace(fresh[disk], frozen=True))
        _note(scope, state)
        with asking(f"{state.name}: disk {disk} cannot go back to {snapshot}"):
            paths[path] = chains.overlay(conn, fresh[disk], path)
    chains.shift(state, fresh)
    kept = {each.name for each in state.volumes if each.disk == f"@{snapshot}"}
    folder = pools.target_of(_place(conn, scope, state))
    variables = volumes.volume_name(scope, state.name, snapshot, VARIABLES)
    if variables in kept and (place := variables_of(conn.getURI(), then)):
        hostfiles.copy(conn, f"{folder}/{variables}", place)
    redefine()
    if value(root, "memory@snapshot") == "external":
        progress("loading its memory")
        file = value(root, "memory@file")
        with asking(f"{state.name}: the memory of {snapshot} cannot be loaded"):
            saved = ElementTree.fromstring(
                conn.saveImageGetXMLDesc(file, libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)
            )
            for element in saved.iterfind("devices/disk"):
                _move(element, paths)
            conn.restoreFlags(file, text_of(saved), libvirt.VIR_DOMAIN_SAVE_RUNNING)


def _move(disk: Element, paths: dict[str, str]) -> None:
    """To its new volume; what that stands on libvirt reads from the file itself."""
    source = disk.find("source")
    if source is None or source.get("file") not in paths:
        return
    source.set("file", paths[source.get("file", "")])
    for below in disk.findall("backingStore"):
        disk.remove(below)


def forget(conn: Any, state: Record, snapshot: str) -> None:
    """Its memory and its variables."""
    for each in state.volumes:
        if each.disk == f"@{snapshot}":
            volumes.delete(conn, each)
    state.volumes = tuple(each for each in state.volumes if each.disk != f"@{snapshot}")
