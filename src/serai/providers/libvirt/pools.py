"""Storage pools: the one that a disk names, found or made, built, started; and taken away again if it is ours."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from serai.providers.contract import Scope
from serai.providers.libvirt import storage_xml, there
from serai.providers.libvirt.binding import is_gone, is_lost, library
from serai.providers.libvirt.connect import asking, is_session, is_test
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.pool import Pool, PoolType
from serai.util import paths
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.locks import lock

DEFAULT = "default"
SYSTEM_PLACE = "/var/lib/libvirt/images"
"""Where libvirt's packages and virt-install have the pool `default`."""
REFRESH_BUDGET = 600.0
"""Seconds: somebody may be uploading a large image."""
STEP = 50
"""Milliseconds between two tries meanwhile: no event tells of it."""
FILES = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, so that overlays, seeds and kernels can be in them."""


def own_name(scope: Scope, name: str) -> str:
    """What libvirt calls a pool of the project's."""
    return f"serai-{scope.project_id}-{name}"


def name_of(machine: Machine, disk: Disk | None = None) -> str:
    """The project's name of the pool that a disk (None: a seed, a kernel) is made in."""
    return (disk.pool if disk else None) or machine.providers.libvirt.pool


def open_pool(conn: Any, scope: Scope, name: str, pools: dict[str, Pool]) -> Any:
    """The pool that the project calls `name`, active.

    Made if the project describes it, or if it is `default`; else it must be there: Code.MISSING names the others.
    """
    described = pools.get(name)
    with _changing():
        if described is not None and described.type is not None:
            return _own(conn, scope, name, described)
        found = find(conn, name)
        if found is None and name == DEFAULT:
            found = _make(conn, DEFAULT, Pool(type=PoolType.DIR, path=default_place(conn.getURI())))
        if found is None:
            known = sorted(pool.name() for pool in conn.listAllStoragePools())
            raise SeraiError(Code.MISSING, f"libvirt has no storage pool {name!r}", hint=others(name, known))
        return started(found)


@contextmanager
def _changing() -> Iterator[None]:
    """Machines that are made at once all need the same pool: one of them makes and starts it."""
    with lock(paths.runtime() / "libvirt-pools.lock", what="the storage pools", note="serai"):
        yield


def others(name: str, known: list[str]) -> str:
    """What may have been meant by the name of a pool that is not there."""
    return did_you_mean(name, known) or f"there are {', '.join(known) or 'none'}; pools: describes a new one"


def default_place(uri: str) -> str:
    """The directory of the pool `default`, as virt-manager chooses it."""
    if is_session(uri):
        return str(Path("~/.local/share/libvirt/images").expanduser())
    return "/default-pool" if is_test(uri) else SYSTEM_PLACE


def find(conn: Any, name: str) -> Any:
    """The pool, or None."""
    libvirt = library()
    try:
        return conn.storagePoolLookupByName(name)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return None
        raise


def _own(conn: Any, scope: Scope, name: str, described: Pool) -> Any:
    """A pool of the project's. One that libvirt has at the same place already is used, and stays when we go."""
    if found := find(conn, own_name(scope, name)):
        return started(found)
    if described.path and (other := _at(conn, described.path)):
        return started(other)
    return started(_make(conn, own_name(scope, name), described))


def _at(conn: Any, path: str) -> Any:
    """The pool whose target is that directory."""
    wanted = str(Path(path))
    found = there.each(conn.listAllStoragePools(), target_of)
    return next((pool for pool, target in found if target == wanted), None)


def _make(conn: Any, name: str, described: Pool) -> Any:
    libvirt = library()
    with asking(f"storage pool {name}"):
        pool = conn.storagePoolDefineXML(
            storage_xml.pool(name, described), libvirt.VIR_STORAGE_POOL_DEFINE_VALIDATE
        )
        try:
            if described.type in (PoolType.DIR, PoolType.NETFS):
                pool.build(0)  # the directory; a volume group or a disk is never made anew: that would empty it
            pool.create(0)
            pool.setAutostart(1)
        except libvirt.libvirtError:
            pool.undefine()
            raise
    return pool


def started(pool: Any) -> Any:
    """The pool, started if it was not. The directory of one that serai makes may be missing: a run, or its daemon,
    was killed between the definition and the directory."""
    libvirt = library()
    if not pool.isActive():
        with asking(f"storage pool {pool.name()} cannot be started", hint=f"virsh pool-start {pool.name()}"):
            try:
                pool.create(0)
            except libvirt.libvirtError as error:
                ours = pool.name() == DEFAULT or pool.name().startswith("serai-")
                if is_lost(error) or not ours or type_of(pool) != PoolType.DIR:
                    raise
                pool.build(0)
                pool.create(0)
    return pool


def refresh(pool: Any) -> None:
    """Have libvirt look at the pool's files anew. Waits while volumes are made or filled there: Code.BUSY."""
    deadline = time.monotonic() + REFRESH_BUDGET
    while not refreshed(pool):
        if time.monotonic() > deadline:
            what = f"storage pool {pool.name()}: volumes have been made or filled for {REFRESH_BUDGET:.0f} s"
            raise SeraiError(Code.BUSY, what, hint="run it again when that has ended")
        select.poll().poll(STEP)


def refreshed(pool: Any) -> bool:
    """The same without waiting: False when libvirt refuses, since somebody makes or fills a volume there.

    Source: libvirt, src/storage/storage_driver.c, storagePoolRefresh, asyncjobs.
    """
    libvirt = library()
    try:
        pool.refresh(0)
    except libvirt.libvirtError as error:
        if "asynchronous jobs" in str(error):
            return False
        raise
    return True


def release(conn: Any, names: set[str]) -> None:
    """Take pools of ours away, by libvirt's names, that no machine uses any more; what is in them stays."""
    libvirt = library()
    for name in sorted(names):
        pool = find(conn, name)
        if pool is None:
            continue
        try:
            if pool.isActive():
                pool.destroy()
            pool.undefine()
        except libvirt.libvirtError as error:
            if not is_gone(error):
                raise


def type_of(pool: Any) -> str:
    """`dir`, `logical`, …"""
    return ElementTree.fromstring(pool.XMLDesc(0)).get("type", "")


def target_of(pool: Any) -> str:
    """The directory, or the directory of device nodes, that its volumes are in."""
    return ElementTree.fromstring(pool.XMLDesc(0)).findtext("target/path", "")


def next_partition(pool: Any) -> str:
    """The name that libvirt expects of the next volume of a pool of the type disk: `sdb1`, `nvme0n1p2`."""
    device = ElementTree.fromstring(pool.XMLDesc(0)).find("source/device")
    stem = Path(device.get("path", "") if device is not None else "").name
    stem += "p" if stem[-1:].isdigit() else ""
    taken = set(pool.listVolumes())
    return next(name for number in range(1, len(taken) + 2) if (name := f"{stem}{number}") not in taken)


def holds_files(pool: Any) -> bool:
    return type_of(pool) in FILES
