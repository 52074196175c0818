"""The configuration that a container would have, before it exists: for `serai render` and differences."""

from __future__ import annotations

from serai.providers.contract import Materials, Scope
from serai.providers.lxc import gather, render
from serai.providers.lxc.place import directory_of
from serai.providers.lxc.record import load
from serai.spec.machine import Machine

NOT_YET = "# What the template or lxc-create writes comes here: lxc.include, lxc.arch, lxc.rootfs.path.\n"


def preview(scope: Scope, machine: Machine, materials: Materials) -> str:
    """With what the template wrote, where it has."""
    directory = directory_of(scope, machine.name)
    record = load(directory)
    base, process = (record.base, record.process) if record and record.base else (NOT_YET, None)
    site = gather.site_for(scope, machine, materials, directory, base=base, process=process)
    return render.text(machine, site)
