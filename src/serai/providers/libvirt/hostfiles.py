"""Files on the daemon's host, where we may not look ourselves: reached as volumes of the directory they are in.

A storage pool of the directory is used where there is one, else one that lives as long as the act. So a copy is
made and a file removed on another host, and without root, as on this one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serai.providers.libvirt import pools, storage_xml, there
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking
from serai.spec.pool import Pool, PoolType
from serai.util.digest import token_hex


@contextmanager
def directory(conn: Any, path: str) -> Iterator[Any]:
    """A pool of the directory, its list of volumes fresh; None where there is no such directory."""
    libvirt = library()
    active = conn.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)
    for pool, target in there.each(active, pools.target_of):
        if target == path:
            pools.refresh(pool)
            yield pool
            return
    xml = storage_xml.pool(f"serai-files-{token_hex(4)}", Pool(type=PoolType.DIR, path=path))
    with asking(f"the directory {path} of the host cannot be read"):
        try:
            pool = conn.storagePoolCreateXML(xml, 0)
        except libvirt.libvirtError as error:
            if "No such file" not in str(error):
                raise
            pool = None
    if pool is None:
        yield None
        return
    try:
        yield pool
    finally:
        pool.destroy()  # of libvirt's list; the files stay


def copy(conn: Any, source: str, target: str) -> bool:
    """Copy a file as it is, over an old one. False: there is no such file."""
    with directory(conn, posixpath.dirname(source)) as here, directory(conn, posixpath.dirname(target)) as there:
        original = _find(here, posixpath.basename(source))
        if original is None or there is None:
            return False
        name = posixpath.basename(target)
        if (old := _find(there, name)) is not None:
            old.delete(0)
        with asking(f"{source} cannot be copied"):
            xml = storage_xml.volume(name, capacity=original.info()[1], form="raw", allocation=None)
            there.createXMLFrom(xml, original, 0)
    return True


def remove(conn: Any, path: str) -> None:
    """Not there: does nothing."""
    with directory(conn, posixpath.dirname(path)) as pool:
        if (volume := _find(pool, posixpath.basename(path))) is not None:
            volume.delete(0)


def _find(pool: Any, name: str) -> Any:
    libvirt = library()
    if pool is None:
        return None
    try:
        return pool.storageVolLookupByName(name)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return None
        raise
