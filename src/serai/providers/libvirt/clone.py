"""A copy of a stopped machine, with an identity of its own: name, uuid, MACs, instance id, seed."""

from __future__ import annotations

import os
import posixpath
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.libvirt import (
    bases,
    define,
    destroy,
    hostfiles,
    ledger,
    lifecycle,
    pools,
    storage_xml,
    volumes,
)
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, is_remote, opened, uri_of
from serai.providers.libvirt.record import Phase, Record, Volume
from serai.providers.libvirt.snapshot_external import variables_of
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which


def clone(scope: Scope, name: str, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Copy the volumes under the new name; what stands on a shared image goes on standing on it.

    Raises Code.REFUSED when the source runs: its disks would be copied half written.
    """
    source = ledger.made(scope, name)
    conn = opened(source.uri)
    original = define.lookup(conn, source.uuid)
    if original is not None and (original.isActive() or original.hasManagedSaveImage()):
        raise SeraiError(Code.REFUSED, f"{name} is not off: its disks are in use", hint=f"serai halt {name}")
    if uri_of(machine) != source.uri:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: a clone stays with its original's libvirt, {source.uri}",
            hint=f"providers.libvirt.uri: {source.uri}",
        )
    existing = ledger.load(scope, machine.name)
    if existing and existing.phase is Phase.MADE:
        raise SeraiError(
            Code.REFUSED, f"{machine.name} exists already", hint="clone to another name, or destroy it first"
        )
    destroy.destroy(scope, machine.name, progress)
    kept = msgspec.structs.replace(materials, image=source.image, user=source.user)
    state = lifecycle.new_record(scope, machine, kept)
    state.marks = dict(source.marks)
    ledger.save(scope, state)
    for disk in volumes.specs(machine, source.image):
        if (volume := volumes.current(source, disk)) is not None:
            progress(f"copying {disk} of {name}")
            _copy(conn, scope, source, state, volume)
    lifecycle.fill(conn, scope, state, machine, kept, progress)
    if original is not None:
        _copy_variables(conn, original, source, state)
    state.phase = Phase.MADE
    define.keep(conn, scope, state)
    ledger.save(scope, state, sync=True)


def _copy(conn: Any, scope: Scope, source: Record, state: Record, volume: Volume) -> None:
    original = volumes.found(conn, volume)
    pool = conn.storagePoolLookupByName(volume.pool)
    tree = ElementTree.fromstring(original.XMLDesc(0))
    form = value.get("type", "raw") if (value := tree.find("target/format")) is not None else "raw"
    copied = Volume(
        pool=volume.pool,
        name=volumes.volume_name(scope, state.name, volume.disk, posixpath.splitext(volume.name)[1][1:] or form),
        disk=volume.disk,
    )
    state.volumes = (*state.volumes, copied)
    ledger.save(scope, state)
    digest, backing = source.image_digest, shared(tree, source)
    with bases.using(digest) if digest else nullcontext(), asking(f"{state.name}: {volume.name} cannot be copied"):
        if backing and not is_remote(source.uri) and os.access(original.path(), os.R_OK):
            _copy_top(pool, original.path(), copied.name, backing)
        else:
            xml = storage_xml.volume(copied.name, capacity=original.info()[1], form=form)
            pool.createXMLFrom(xml, original, 0)


def _copy_top(pool: Any, path: str, name: str, backing: tuple[str, str]) -> None:
    """Only what lies above the shared image: libvirt itself would copy the image into it as well."""
    target = f"{posixpath.dirname(path)}/{name}"
    base = ["-B", backing[0], "-F", backing[1]]
    run(
        [which("qemu-img", "qemu-utils"), "convert", "-f", "qcow2", "-O", "qcow2", *base, path, target],
        timeout=None,
    )
    Path(target).chmod(0o600)
    pools.refresh(pool)


def shared(tree: ElementTree.Element, source: Record) -> tuple[str, str] | None:
    """Path and format of what the volume stands on, when that is not the source's own: a snapshot's part is
    copied along, into one volume with the rest."""
    path = tree.findtext("backingStore/path", "")
    if not path or posixpath.basename(path) in {each.name for each in source.volumes}:
        return None
    form = tree.find("backingStore/format")
    return path, form.get("type", "qcow2") if form is not None else "qcow2"


def _copy_variables(conn: Any, original: Any, source: Record, state: Record) -> None:
    """UEFI boot entries: under the name that libvirt gives them at the first start."""
    libvirt = library()
    path = variables_of(source.uri, ElementTree.fromstring(original.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)))
    folder, file = posixpath.split(path)
    if file.startswith(f"{source.domain}_"):
        hostfiles.copy(conn, path, f"{folder}/{state.domain}_{file.removeprefix(f'{source.domain}_')}")
