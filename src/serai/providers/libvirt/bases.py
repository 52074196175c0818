"""What machines share in a pool: an image's disk, its kernel and its initrd, uploaded once for each digest.

They leave with the last machine that stands on them: a pool holds nothing that no machine needs, and the image
store keeps the image for the next time. Who uses them is seen in the pool and in the domains, not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Image, Progress
from serai.providers.libvirt import pools, storage_xml
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, is_remote
from serai.providers.libvirt.copy_in import copy_in
from serai.providers.libvirt.upload import upload
from serai.util import paths
from serai.util.locks import lock

DISK, KERNEL, INITRD = "disk", "kernel", "initrd"


class Base(msgspec.Struct, frozen=True):
    """A part of an image in a pool. `path` is as the daemon's host sees it."""

    name: str
    path: str
    format: str


def names(digest: str, form: str = "qcow2") -> dict[str, str]:
    """Part -> volume: `serai-DIGEST16.qcow2`, `serai-DIGEST16.kernel`, `serai-DIGEST16.initrd`."""
    stem = f"serai-{short(digest)}"
    return {DISK: f"{stem}.{form}", KERNEL: f"{stem}.kernel", INITRD: f"{stem}.initrd"}


def short(digest: str) -> str:
    """The 16 hex digits that stand for an image's digest."""
    return digest.rpartition(":")[2][:16]


@contextmanager
def using(digest: str) -> Iterator[None]:
    """Nobody takes the image out of a pool meanwhile: held from the upload until the overlay is made."""
    with lock(_lock(digest), what=f"image {short(digest)}", note="using it", shared=True):
        yield


@contextmanager
def changing(digest: str, part: str) -> Iterator[None]:
    """Nobody else uploads the same part."""
    with lock(_lock(f"{digest}.{part}"), what=f"image {short(digest)}", note="uploading it"):
        yield


def _lock(name: str) -> Path:
    """For all homes of this user: a pool is shared between them."""
    return paths.runtime() / f"libvirt-{name.rpartition(':')[2]}.lock"


def ensure(pool: Any, image: Image, part: str, progress: Progress) -> Base:
    """The part in the pool, uploaded when it is not whole there. To be called in `using`."""
    file = {DISK: image.disk, KERNEL: image.kernel, INITRD: image.initrd}[part]
    assert file is not None
    name = names(image.digest, image.format)[part]
    form = image.format if part == DISK else "raw"
    with changing(image.digest, part), asking(f"image {image.reference} in pool {pool.name()}"):
        length = file.stat().st_size
        volume = lookup(pool, name)
        if volume is not None and physical(volume) != length:
            volume.delete(0)  # the upload was cut short
            volume = None
        if volume is None:
            # Made with no room, so that its length tells how much has arrived.
            volume = pool.createXML(storage_xml.volume(name, capacity=0, form="raw"), 0)
            if is_remote(pool.connect().getURI()) or not copy_in(file, Path(volume.path())):
                upload(volume, file, f"{image.reference} {'' if part == DISK else part}".rstrip(), progress)
            if pools.refreshed(pool):  # now libvirt knows its format, too; no overlay needs that
                volume = pool.storageVolLookupByName(name)
        return Base(name, volume.path(), form)


def lookup(pool: Any, name: str) -> Any:
    """The volume, or None."""
    libvirt = library()
    try:
        return pool.storageVolLookupByName(name)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return None
        raise


def physical(volume: Any) -> int:
    """Bytes of the file, holes included. Source: formatstorage, <physical> (since 3.0)."""
    return int(ElementTree.fromstring(volume.XMLDesc(0)).findtext("physical", "-1"))


def release(conn: Any, pool: Any, image: Image) -> None:
    """Take the image out of the pool if no machine stands on it any more."""
    with lock(_lock(image.digest), what=f"image {short(image.digest)}", note="removing it"):
        mine = {name: lookup(pool, name) for name in names(image.digest, image.format).values()}
        there = {volume.path(): volume for volume in mine.values() if volume is not None}
        if not there or used(conn, pool, set(there)):
            return
        for volume in there.values():
            with asking(f"image {image.reference} in pool {pool.name()} cannot be removed"):
                volume.delete(0)
        for part in (DISK, KERNEL, INITRD):
            _lock(f"{image.digest}.{part}").unlink(missing_ok=True)
        _lock(image.digest).unlink(missing_ok=True)


def used(conn: Any, pool: Any, paths_of_base: set[str]) -> bool:
    """Whether a volume has one of these files as its backing store, or a domain has it as disk or kernel."""
    libvirt = library()
    for volume in pool.listAllVolumes():
        try:
            tree = ElementTree.fromstring(volume.XMLDesc(0))
        except libvirt.libvirtError as error:
            if is_gone(error):
                continue
            raise
        if tree.findtext("backingStore/path") in paths_of_base:
            return True
    return any(files_of(domain) & paths_of_base for domain in conn.listAllDomains())


def files_of(domain: Any) -> set[str]:
    """Files that a domain boots from or has as disks."""
    libvirt = library()
    try:
        tree = ElementTree.fromstring(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    except libvirt.libvirtError as error:
        if is_gone(error):
            return set()
        raise
    found = {tree.findtext(f"os/{key}") for key in ("kernel", "initrd")}
    found |= {source.get("file") or source.get("dev") for source in tree.iterfind("devices/disk//source")}
    return {path for path in found if path}
