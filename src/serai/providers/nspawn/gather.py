"""Looks at the host for what a container's settings need: bridges, control groups, devices, its init."""

from __future__ import annotations

from pathlib import Path

from serai.providers.container_binds import binds, node
from serai.providers.container_cards import cards
from serai.providers.contract import Materials, Scope
from serai.providers.control_groups import cgroups
from serai.providers.first_process import Process, env_lines
from serai.providers.nspawn.place import by_systemd, directory_of, machine_name, tree_of
from serai.providers.nspawn.site import Site
from serai.spec.container import Container
from serai.spec.machine import Machine

SYSTEMD, BUSYBOX, OTHERS = "SIGRTMIN+3", "SIGUSR2", "SIGPWR"
"""What an init takes for an order to power off. Source: systemd(1); busybox, init/init.c; init(8) of sysvinit."""


def site_for(scope: Scope, machine: Machine, materials: Materials, process: Process | None = None) -> Site:
    """All of it. Raises Code.MISSING for a bridge, a device or a source that is not there."""
    directory = directory_of(scope, machine.name)
    box = machine.container or Container()
    return Site(
        name=machine_name(scope, machine.name),
        hostname=machine.hostname or machine.name,
        directory=str(directory),
        cards=tuple(cards(scope, machine, materials)),
        binds=tuple(binds(scope, machine, directory)),
        nodes=tuple(node(machine, word) for word in box.devices),
        cgroups=cgroups(),
        environment=(*(process.env if process else ()), *env_lines(machine, scope.root)),
        process=process or Process(),
        power_off=power_off(tree_of(scope, machine.name)),
        by_systemd=by_systemd(),
    )


def power_off(tree: Path) -> str:
    """The signal that its /sbin/init ends by; that of systemd before the tree is there."""
    init = tree / "sbin" / "init"
    if not init.is_symlink():
        return OTHERS if init.exists() else SYSTEMD
    name = init.readlink().name
    return {"systemd": SYSTEMD, "busybox": BUSYBOX}.get(name, OTHERS)
