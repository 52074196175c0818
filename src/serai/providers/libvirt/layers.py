"""Layers of libvirt's machines: the root disk, copied by QEMU while the machine runs, as an image of this store.

A machine from a layer stands on it as one from an image does: the pool gets the layer once, overlays stand on it,
and it goes with the last of them. What `prune` removes here starts no machine; who stands on it there goes on.
Source: libvirt, formatbackup.
"""

from __future__ import annotations

import os
import posixpath
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.guest.forgetting import Traces, forgotten
from serai.guest.transport import Transport
from serai.images import layers
from serai.images.layers import Layer
from serai.providers import layering
from serai.providers.contract import Image, Materials, Progress, Scope
from serai.providers.kept import Keeping, Start
from serai.providers.libvirt import chains, define, events, ledger, pools, volumes
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, is_lxc, is_remote, is_test, opened, uri_of
from serai.providers.libvirt.record import Record
from serai.providers.libvirt.render.element import Element, add, text_of
from serai.spec.machine import Machine
from serai.util.digest import token_hex
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

PROVIDER = "libvirt"
FILE = f"{layers.DISKS}/{volumes.ROOT}.qcow2"
BUDGET = 3600.0
"""Seconds for the copy of a disk."""


def base(scope: Scope, machine: Machine, materials: Materials) -> tuple[str, str]:
    """(digest of what its first layer stands on, why it has none)."""
    uri = uri_of(machine)
    if is_lxc(uri) or is_test(uri) or uri.partition(":")[0] == "xen":
        return "", f"at {uri} none are kept"
    if is_remote(uri):
        return "", "its disks are on another host"
    if os.geteuid() and uri.endswith("/system"):
        return "", "its disks can be read by root alone"
    if why := layering.why_not(machine, materials):
        return "", why
    if further := [name for name, disk in machine.disks.items() if name != volumes.ROOT and volumes.is_made(disk)]:
        return "", f"disks.{further[0]}: only the root disk is kept; provider qemu keeps all"
    image = materials.image
    assert image is not None
    mine = scope.project_id if image.seed == "none" else ""
    return layering.digest(PROVIDER, machine, materials, scope.root, [uri, mine]), ""


def image_of(image: Image, start: Start) -> Image:
    """The layer as what a disk is made on. Raises Code.MISSING when it has gone since it was planned."""
    known, disk = layers.read(start.id), layers.place(start.id) / FILE
    if known is None or not disk.is_file():
        raise SeraiError(Code.MISSING, f"the layer {start.id} is gone", hint="serai up again, or with --no-cache")
    layers.touch(start.id)
    digest = f"sha256:{known.seals[FILE].digest}"
    return msgspec.structs.replace(image, disk=disk, format="qcow2", digest=digest, layer=start.id)


def keep(
    scope: Scope, machine: Machine, materials: Materials, kept: Keeping, way: Transport, progress: Progress
) -> Layer | None:
    """Copy the root disk of a running machine. None: it is there already, or somebody else does so just now."""
    if not kept.fresh and layers.find(kept.key) is not None:
        return None
    state = ledger.made(scope, machine.name)
    conn = opened(state.uri)
    domain = define.lookup(conn, state.uuid)
    volume = volumes.current(state, volumes.ROOT)
    if domain is None or volume is None or not pools.holds_files(conn.storagePoolLookupByName(volume.pool)):
        return None
    try:
        with layers.making(kept.key) as folder:
            progress("keeping a layer")
            path = str(volumes.found(conn, volume).path())
            copy = Path(
                f"{posixpath.dirname(path)}/{volumes.volume_name(scope, machine.name, 'layer', token_hex(4))}"
            )
            try:
                _copy(scope, conn, domain, state, materials, path, copy, way)
                qemu_img = which("qemu-img", "qemu-utils")
                run([qemu_img, "convert", "-f", "qcow2", "-O", "qcow2", copy, folder / FILE], timeout=None)
            finally:
                copy.unlink(missing_ok=True)
            return layers.publish(folder, _described(state, kept))
    except SeraiError as error:
        if error.code is Code.BUSY:
            return None
        raise


def _copy(
    scope: Scope,
    conn: Any,
    domain: Any,
    state: Record,
    materials: Materials,
    path: str,
    copy: Path,
    way: Transport,
) -> None:
    """A copy of the disk as it is at one moment, in which the guest has forgotten who it is."""
    target = next(
        name for name, file in chains.sources(ElementTree.fromstring(domain.XMLDesc(0))).items() if file == path
    )
    assert state.applied is not None and state.image is not None
    traces = Traces(
        keys=materials.public_keys,
        hosts=layering.peers_lines(state.applied, materials),
        seeded=state.image.seed != "none",
    )
    _nameless(scope, state.name, traces.seeded)
    with events.watching(conn, domain.UUIDString(), (events.Event.BLOCK_JOB,)) as stirred:
        try:
            with forgotten(way, traces, state.name), asking(f"{state.name}: its disk cannot be copied"):
                domain.backupBegin(_xml(target, copy), None, 0)
            _nameless(scope, state.name, False)
            events.wait(conn, domain, _ended, BUDGET, stirred)
        except BaseException:
            with suppress(library().libvirtError):
                domain.abortJob()
            raise
    stats = domain.jobStats(library().VIR_DOMAIN_JOB_STATS_COMPLETED)
    if stats.get("success") is False or stats.get("errmsg"):
        raise SeraiError(Code.FAILED, f"{state.name}: its disk was not copied: {stats.get('errmsg', 'no reason')}")


def _ended(domain: Any) -> bool | None:
    """Whether no job is under way any more. Source: virDomainGetJobInfo, whose first value is the type."""
    return True if domain.jobInfo()[0] == library().VIR_DOMAIN_JOB_NONE else None


def _nameless(scope: Scope, name: str, value: bool) -> None:
    """Should the power go while it knows nothing of itself, its next start is that of a new instance."""
    with ledger.locked(scope, name):
        state = ledger.made(scope, name)
        state.nameless = value
        ledger.save(scope, state, sync=True)


def _xml(target: str, copy: Path) -> str:
    root = Element("domainbackup", mode="push")
    disk = add(add(root, "disks"), "disk", name=target, backup="yes", type="file")
    add(disk, "target", file=str(copy))
    add(disk, "driver", type="qcow2")
    return text_of(root)


def _described(state: Record, kept: Keeping) -> Layer:
    assert state.image is not None
    return Layer(
        id="",
        key=kept.key,
        blocks=kept.blocks,
        project=kept.project,
        at=0.0,
        provider=PROVIDER,
        image=state.image.reference,
        image_digest=state.image_digest,
    )
