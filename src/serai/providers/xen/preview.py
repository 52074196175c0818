"""The xl.cfg that a machine has, or would have: pure for one that is not made, nothing is asked."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Materials, Scope
from serai.providers.identity import machine_uuid
from serai.providers.xen import disks, gather, place, render
from serai.providers.xen.record import Record
from serai.spec.machine import Machine

HIDDEN = "***"
"""In place of a password: what is shown goes into logs and tickets."""


def preview(scope: Scope, machine: Machine, materials: Materials, record: Record | None = None) -> str:
    """With the names and places that it has, or will have."""
    if record is None:
        record = Record(
            name=machine.name,
            project=scope.project,
            project_id=scope.project_id,
            project_root=str(scope.root),
            domain=place.domain_names(scope, machine.name)[0],
            uuid=machine_uuid(scope.project_id, machine.name),
            image=materials.image,
        )
        for name, disk in gather.specs(machine, materials.image).items():
            if gather.is_made(disk):
                record.made[name] = disks.place_of(scope, machine, name, disk, materials.pools)
    record = msgspec.structs.replace(record, image=record.image or materials.image)
    site = gather.site_of(scope, machine, record, materials.networks, password=HIDDEN)
    return render.text(machine, site)
