"""The XML of storage pools and volumes (DISK-3): pure. Source: libvirt, formatstorage."""

from __future__ import annotations

import posixpath
from xml.etree import ElementTree

from serai.providers.libvirt.render.element import Element, add, text_of
from serai.spec.disk import DiskFormat
from serai.spec.pool import Pool, PoolType


def pool(name: str, spec: Pool, *, uuid: str = "") -> str:
    """The XML to define. `spec.type` is stated; the other keys fit it (see `check`)."""
    kind = spec.type or PoolType.DIR
    root = ElementTree.Element("pool", {"type": str(kind)})
    add(root, "name", name)
    if uuid:
        add(root, "uuid", uuid)
    _source(root, kind, spec)
    add(add(root, "target"), "path", target(kind, spec))
    return text_of(root)


def target(kind: PoolType, spec: Pool) -> str:
    """Where the pool's volumes are seen on the host."""
    if spec.path:
        return spec.path
    return {
        PoolType.LOGICAL: posixpath.join("/dev", spec.source or ""),
        PoolType.DISK: "/dev",
        PoolType.ISCSI: "/dev/disk/by-path",
    }.get(kind, "")


def _source(root: Element, kind: PoolType, spec: Pool) -> None:
    if kind is PoolType.DIR:
        return
    source = add(root, "source")
    if kind is PoolType.NETFS:
        add(source, "host", name=spec.host)
        add(source, "dir", path=spec.source)
        add(source, "format", type="auto")
    elif kind is PoolType.LOGICAL:
        add(source, "name", spec.source)
        add(source, "format", type="lvm2")
    elif kind is PoolType.DISK:
        add(source, "device", path=spec.source)
        add(source, "format", type="gpt")
    else:
        add(source, "host", name=spec.host)
        add(source, "device", path=spec.source)


def volume(
    name: str,
    *,
    capacity: int,
    form: str = "qcow2",
    allocation: int | None = 0,
    backing: tuple[str, str] | None = None,
    mode: str | None = None,
) -> str:
    """The XML to create. `capacity` and `allocation` in bytes; allocation None: libvirt takes all of the capacity.

    `form` is qcow2, raw, or empty. `backing`: path and format of what an overlay is on. `mode`: octal, as `0644`.
    """
    root = ElementTree.Element("volume")
    add(root, "name", name)
    add(root, "capacity", capacity, unit="bytes")
    if allocation is not None:
        add(root, "allocation", allocation, unit="bytes")
    place = add(root, "target")
    if form:  # a partition of a pool of the type disk has none
        add(place, "format", type=form)
    if mode:
        add(add(place, "permissions"), "mode", mode)
    if form == DiskFormat.QCOW2:
        add(place, "compat", "1.1")
    if backing:
        path, backing_form = backing
        store = add(root, "backingStore")
        add(store, "path", path)
        add(store, "format", type=backing_form)
    return text_of(root)
