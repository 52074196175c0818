"""A machine's own volumes: overlays on an image, empty disks, the seed; made, grown, found and removed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers import own_files
from serai.providers.contract import Image, Materials, Progress, Scope, quiet
from serai.providers.libvirt import bases, ledger, pools, storage_xml
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, is_remote, is_test
from serai.providers.libvirt.record import Record, Volume
from serai.providers.libvirt.site import DiskSource, SourceKind
from serai.providers.libvirt.upload import upload
from serai.providers.preallocation import AT_ONCE, need_room
from serai.spec.disk import Disk, DiskDevice, DiskFormat, Preallocation
from serai.spec.machine import Machine
from serai.spec.pool import PoolType
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, format_size

ROOT, SEED = "root", "seed"
DEFAULT_SIZE = 10 * GIB
"""Of a disk whose size nobody stated; it takes only what is written to it."""


def specs(machine: Machine, image: Image | None) -> dict[str, Disk]:
    """The machine's disks by name, `root` first, even when the spec does not name the image's."""
    disks = dict(machine.disks)
    if ROOT in disks or (image and image.disk):
        return {ROOT: disks.pop(ROOT, Disk()), **disks}
    return disks


def is_made(disk: Disk) -> bool:
    """serai makes it: it is neither the user's own file nor a CD-ROM."""
    return not disk.path and disk.device is DiskDevice.DISK


def volume_name(scope: Scope, machine: str, disk: str, suffix: str) -> str:
    return f"{scope.project}-{scope.project_id}_{machine}_{disk}.{suffix}"


def current(record: Record, disk: str) -> Volume | None:
    """The volume that the guest writes to: the last one of the disk that no snapshot has frozen."""
    return next((each for each in reversed(record.volumes) if each.disk == disk and not each.frozen), None)


def paths_of(scope: Scope, name: str) -> list[Path]:
    """Files of the disks that serai made, the root first. Raises Code.UNSUPPORTED for what is no file here."""
    from serai.providers.libvirt.connect import opened

    state = ledger.made(scope, name)
    if is_remote(state.uri):
        raise SeraiError(
            Code.UNSUPPORTED, f"{name}: its disks are on another host", hint="serai package works on this host"
        )
    disks = specs(state.applied, state.image) if state.applied else {}
    volumes = [volume for disk in disks if (volume := current(state, disk)) is not None]
    paths = [Path(str(found(opened(state.uri), volume).path())) for volume in volumes]
    if unread := [path for path in paths if not path.is_file() or not os.access(path, os.R_OK)]:
        raise SeraiError(
            Code.UNSUPPORTED, f"{name}: the disk {unread[0]} cannot be read as a file", hint="try it as root"
        )
    return paths


def make_missing(
    conn: Any, scope: Scope, record: Record, machine: Machine, materials: Materials, progress: Progress
) -> None:
    """Make the disks that are not there yet. Each is in the record before it is made, so that a killed run's
    leavings are found, and made anew: what a disk is half copied into must never boot."""
    for name, disk in specs(machine, materials.image).items():
        there = current(record, name)
        if not is_made(disk) or (there and there.made):
            continue
        if there:
            with asking(f"{machine.name}: disks.{name}: what a killed run left of it cannot be removed"):
                delete(conn, there)
            record.volumes = tuple(each for each in record.volumes if each != there)
        with asking(f"{machine.name}: disks.{name} cannot be made"):
            pool = pools.open_pool(conn, scope, pools.name_of(machine, disk), materials.pools)
            _make(conn, scope, record, machine, materials, (pool, name, disk), progress)


def _make(
    conn: Any,
    scope: Scope,
    record: Record,
    machine: Machine,
    materials: Materials,
    target: tuple[Any, str, Disk],
    progress: Progress,
) -> None:
    pool, name, disk = target
    kind = pools.type_of(pool)
    files = kind in pools.FILES
    form = str(disk.format) if files else "" if kind == PoolType.DISK else "raw"
    volume = pools.next_partition(pool) if kind == PoolType.DISK else volume_name(scope, machine.name, name, form)
    if bases.lookup(pool, volume) is not None:
        raise SeraiError(
            Code.REFUSED,
            f"{machine.name}: pool {pool.name()} has a volume {volume} already, which no machine claims",
            hint=f"virsh -c {conn.getURI()} vol-delete --pool {pool.name()} {volume}",
        )
    image = materials.image
    root = image if name == ROOT and image and image.disk else None
    size = root_size(machine, disk, root) if root else disk.size or DEFAULT_SIZE
    if files and disk.preallocation in AT_ONCE:
        pools.refresh(pool)
        need_room(machine.name, name, disk, size, _available(conn, pool), f"pool {pool.name()}")
    kept = record.volumes
    claimed = Volume(pool=pool.name(), name=volume, disk=name, made=False)
    record.volumes = (*kept, claimed)
    ledger.save(scope, record)
    flags, allocation = _preallocation(disk, form, size, files=files)
    if root is None:
        pool.createXML(storage_xml.volume(volume, capacity=size, form=form, allocation=allocation), flags)
    else:
        home = pool if files else file_pool(conn, scope, machine, materials)
        _put_image(pool, home, root, volume, (form, size, flags, allocation), progress)
    record.volumes = (*kept, msgspec.structs.replace(claimed, made=True))
    ledger.save(scope, record)


def _available(conn: Any, pool: Any) -> int:
    """Bytes. libvirt counts also what the file system keeps for root, and quotas for others: where the pool's
    directory can be asked, it knows better."""
    free = int(pool.info()[3])
    if not is_remote(conn.getURI()) and not is_test(conn.getURI()):
        with suppress(OSError):  # it may be closed to us
            free = min(free, shutil.disk_usage(pools.target_of(pool)).free)
    return free


def _put_image(
    pool: Any,
    home: Any,
    image: Image,
    volume: str,
    shape: tuple[str, int, int, int | None],
    progress: Progress,
) -> None:
    """A disk on top of the image, or where that cannot be, or its space is taken at once, a copy of it."""
    form, size, flags, allocation = shape
    with bases.using(image.digest):
        base = bases.ensure(home, image, bases.DISK, progress)
        if form == DiskFormat.QCOW2 and not flags:
            backing = (base.path, base.format)
            pool.createXML(storage_xml.volume(volume, capacity=size, form=form, backing=backing), 0)
            return
        progress("copying the image to its disk")
        xml = storage_xml.volume(volume, capacity=size, form=form, allocation=allocation)
        pools.refresh(home)  # the image was put there as plain bytes: its format is what libvirt converts from
        pool.createXMLFrom(xml, home.storageVolLookupByName(base.name), flags)
    grow(pool.storageVolLookupByName(volume), size)


def root_size(machine: Machine, disk: Disk, image: Image) -> int:
    """Bytes of the root disk. Raises Code.INPUT when the image does not fit."""
    if disk.size and disk.size < image.virtual_size:
        raise SeraiError(
            Code.INPUT,
            f"{machine.name}: disks.root.size is {format_size(disk.size)}, but image {image.reference} "
            f"needs {format_size(image.virtual_size)}",
            hint="make it larger, or leave the size out",
        )
    return disk.size or image.virtual_size


def _preallocation(disk: Disk, form: str, size: int, *, files: bool) -> tuple[int, int | None]:
    """Flags and allocation (bytes) of a new volume. libvirt has no `full`; its falloc writes where it must.
    A file takes only what is written to it, unless more is asked for; a logical volume takes all.

    Source: libvirt-storage.h, VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA; formatstorage, <allocation>.
    """
    libvirt = library()
    metadata = int(libvirt.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA) if form == DiskFormat.QCOW2 else 0
    match disk.preallocation:
        case Preallocation.METADATA:
            return metadata, 0
        case Preallocation.FALLOC | Preallocation.FULL:
            return metadata, size
        case _:
            return 0, 0 if files else None


def file_pool(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> Any:
    """The pool for what must be a file: the machine's own when that holds files, else `default`."""
    pool = pools.open_pool(conn, scope, pools.name_of(machine), materials.pools)
    return pool if pools.holds_files(pool) else pools.open_pool(conn, scope, pools.DEFAULT, materials.pools)


def write_seed(
    conn: Any, scope: Scope, record: Record, machine: Machine, materials: Materials, content: bytes
) -> None:
    """Put the seed into its volume, anew each time: it carries names and addresses."""
    pool = file_pool(conn, scope, machine, materials)
    name = volume_name(scope, machine.name, SEED, "iso")
    with asking(f"{machine.name}: its seed cannot be written to pool {pool.name()}"):
        if current(record, SEED) is None:
            record.volumes = (*record.volumes, Volume(pool=pool.name(), name=name, disk=SEED))
            ledger.save(scope, record)
        if (old := bases.lookup(pool, name)) is not None:
            old.delete(0)
        volume = pool.createXML(storage_xml.volume(name, capacity=len(content), form="raw"), 0)
        with tempfile.NamedTemporaryFile(prefix="serai-seed-") as file:
            Path(file.name).write_bytes(content)
            upload(volume, Path(file.name), "the seed", quiet)


def fit_sizes(conn: Any, record: Record, machine: Machine, image: Image | None) -> None:
    """Grow the disks of a stopped machine to the sizes that the spec states; never shrinks one."""
    for name, disk in specs(machine, image).items():
        if disk.size and is_made(disk) and (volume := current(record, name)):
            with asking(f"{machine.name}: disks.{name} cannot be grown"):
                grow(present(conn, machine.name, volume), disk.size)


def grow(volume: Any, size: int) -> None:
    """To at least so many bytes."""
    if volume.info()[1] < size:
        volume.resize(size, 0)


def found(conn: Any, volume: Volume) -> Any:
    """The libvirt volume. Raises libvirt.libvirtError when it is not there."""
    return conn.storagePoolLookupByName(volume.pool).storageVolLookupByName(volume.name)


def present(conn: Any, machine: str, volume: Volume) -> Any:
    """The libvirt volume. Raises Code.MISSING when somebody removed it: an empty one in its place would hide that
    data are lost."""
    libvirt = library()
    try:
        return found(conn, volume)
    except libvirt.libvirtError as error:
        if not is_gone(error):
            raise
        raise SeraiError(
            Code.MISSING,
            f"{machine}: disks.{volume.disk}: pool {volume.pool} has no volume {volume.name} any more",
            hint=f"put it back, and virsh -c {conn.getURI()} pool-refresh {volume.pool}; "
            f"or give up what is on its disks: serai destroy {machine}",
        ) from error


def sources(
    conn: Any, scope: Scope, record: Record, machine: Machine, image: Image | None
) -> tuple[DiskSource, ...]:
    """How the domain opens each disk and the seed. Raises Code.MISSING for a user's file that is not there."""
    uri = conn.getURI()
    listed = []
    for name, disk in specs(machine, image).items():
        if disk.path:
            listed.append(own_source(scope, machine, name, disk, uri))
        elif disk.is_drive:
            listed.append(DiskSource(name=name, kind=SourceKind.FILE, format="raw", made=False))
        elif volume := current(record, name):
            present(conn, machine.name, volume)
            listed.append(source_of(conn, volume))
    if seed := current(record, SEED):
        listed.append(source_of(conn, seed))
    return tuple(listed)


def source_of(conn: Any, volume: Volume) -> DiskSource:
    """By its path, not as `type='volume'`: snapshots and block jobs know only files and devices."""
    target = found(conn, volume)
    tree = ElementTree.fromstring(target.XMLDesc(0))
    block = tree.get("type") == "block"
    form = tree.find("target/format")
    raw = block or volume.disk == SEED or form is None
    return DiskSource(
        name=volume.disk,
        kind=SourceKind.BLOCK if block else SourceKind.FILE,
        format="raw" if raw or form is None else form.get("type", "raw"),
        path=target.path(),
        pool=volume.pool,
        volume=volume.name,
    )


def own_source(scope: Scope, machine: Machine, name: str, disk: Disk, uri: str) -> DiskSource:
    path = own_path(scope, str(disk.path), uri)
    kind = SourceKind.BLOCK if path.startswith("/dev/") else SourceKind.FILE
    if not is_remote(uri):
        try:
            kind = SourceKind.BLOCK if stat.S_ISBLK(Path(path).stat().st_mode) else SourceKind.FILE
        except FileNotFoundError as error:
            raise SeraiError(Code.MISSING, f"{machine.name}: disks.{name}.path: {path} is not there") from error
    form = "raw" if disk.is_drive or kind is SourceKind.BLOCK else str(disk.format)
    return DiskSource(name=name, kind=kind, format=form, path=path, made=False)


def own_path(scope: Scope, text: str, uri: str) -> str:
    """A path of the user's, as the daemon's host sees it: on another host only absolute ones mean anything."""
    return text if is_remote(uri) else str(own_files.place(text, scope.root))


def delete(conn: Any, volume: Volume) -> None:
    """Remove a volume of ours. Not there: does nothing."""
    libvirt = library()
    try:
        found(conn, volume).delete(0)
    except libvirt.libvirtError as error:
        if not is_gone(error):
            raise


def used_pools(scope: Scope, machine: Machine) -> set[str]:
    """The project's names of all pools that the machine's disks are in."""
    return {pools.name_of(machine), *(pools.name_of(machine, disk) for disk in machine.disks.values())}
