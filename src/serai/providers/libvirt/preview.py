"""The XML that a machine would be defined with, before it exists: for `serai render`. Makes and writes nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from serai.providers.contract import Materials, Scope
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import bases, gather, ledger, pools, volumes
from serai.providers.libvirt.connect import is_test, opened, uri_of
from serai.providers.libvirt.record import Phase, Record
from serai.providers.libvirt.render.domain import domain as render
from serai.providers.libvirt.site import DiskSource, Kernel, SourceKind
from serai.spec.machine import Machine

HIDDEN = "********"
"""Stands for the password of a screen: what is shown goes into logs and tickets."""


def preview(scope: Scope, machine: Machine, materials: Materials) -> str:
    """With the names and places that it has, or will have."""
    conn = opened(uri_of(machine))
    state = ledger.load(scope, machine.name)
    if state is None or state.phase is not Phase.MADE:
        state = Record(
            name=machine.name,
            project=scope.project,
            project_id=scope.project_id,
            project_root=str(scope.root),
            uri=conn.getURI(),
            uuid=machine_uuid(scope.project_id, machine.name),
        )
        state.domain = gather.domain_name(conn, scope, machine.name)
    state.applied = machine
    place = _place(conn, scope, machine, materials)
    logged = place and not is_test(conn.getURI())
    state.console_log = state.console_log or (f"{gather.LOGS}/{state.domain}-console.log" if logged else "")
    site = gather.site(
        conn,
        scope,
        machine,
        state,
        materials,
        disks=planned(conn, scope, machine, state, materials, place),
        kernel=_kernel(conn, machine, materials, place),
    )
    if site.graphics_password:
        site = msgspec.structs.replace(site, graphics_password=HIDDEN)
    return render(machine, site)


def _place(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> str:
    """Directory of the machine's pool."""
    name = pools.name_of(machine)
    described = materials.pools.get(name)
    if described is not None and described.path:
        return described.path
    found = pools.find(conn, name)
    return pools.target_of(found) if found is not None else pools.default_place(conn.getURI())


def planned(
    conn: Any, scope: Scope, machine: Machine, state: Record, materials: Materials, place: str
) -> tuple[DiskSource, ...]:
    """Each disk where it is, or where it would be made."""
    found = []
    for name, disk in volumes.specs(machine, materials.image).items():
        if volume := volumes.current(state, name):
            found.append(volumes.source_of(conn, volume))
        elif disk.path:
            found.append(volumes.own_source(scope, machine, name, disk, conn.getURI()))
        elif volumes.is_made(disk):
            file = volumes.volume_name(scope, machine.name, name, str(disk.format))
            found.append(
                DiskSource(name=name, kind=SourceKind.FILE, format=str(disk.format), path=f"{place}/{file}")
            )
        else:
            found.append(DiskSource(name=name, kind=SourceKind.FILE, format="raw", made=False))
    if seed := volumes.current(state, volumes.SEED):
        found.append(volumes.source_of(conn, seed))
    elif materials.image and materials.image.seed != "none":
        file = volumes.volume_name(scope, machine.name, volumes.SEED, "iso")
        found.append(DiskSource(name=volumes.SEED, kind=SourceKind.FILE, format="raw", path=f"{place}/{file}"))
    return tuple(found)


def _kernel(conn: Any, machine: Machine, materials: Materials, place: str) -> Kernel | None:
    image = materials.image
    if image is None or image.kernel is None:
        return None
    named = bases.names(image.digest, image.format)
    return Kernel(
        kernel=f"{place}/{named[bases.KERNEL]}",
        initrd=f"{place}/{named[bases.INITRD]}" if image.initrd else "",
        cmdline=gather.cmdline_for(conn, machine, image),
    )
