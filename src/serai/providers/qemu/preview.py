"""The argv that a machine would be started with, before it exists: for `serai render`."""

from __future__ import annotations

from serai.providers.contract import Forward, Materials, Scope
from serai.providers.qemu import gather, ports, render
from serai.providers.qemu.check_nics import refuse_networks
from serai.providers.qemu.record import load
from serai.providers.qemu.uplink import has_uplink
from serai.spec.machine import Machine
from serai.util import paths
from serai.util.files import private_dir


def preview(scope: Scope, machine: Machine, materials: Materials) -> str:
    """With the ports that it has, or those that it would be asked for when nothing is in their way."""
    refuse_networks(machine, materials.networks)
    directory = scope.home / "machines" / machine.name
    record = load(directory)
    if record and record.forwards:
        forwards = record.forwards
    else:
        wanted = ports.wanted(machine) if has_uplink(machine) else []
        forwards = tuple(_asked(forward) for forward, _ in wanted)
    place = directory if directory.exists() else private_dir(paths.home())
    site = gather.site_for(scope, machine, materials.image, materials.networks, forwards=forwards, place=place)
    return render.text(machine, site)


def _asked(forward: Forward) -> Forward:
    return forward if forward.host else ports.with_host(forward, ports.SSH_FIRST)
