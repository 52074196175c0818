"""Looks at the host for what a configuration needs: bridges, control groups, ids, devices, files."""

from __future__ import annotations

from pathlib import Path

from serai.providers.container_binds import binds, node
from serai.providers.container_cards import cards
from serai.providers.contract import Materials, Scope
from serai.providers.control_groups import cgroups as cgroups
from serai.providers.first_process import Process, env_lines
from serai.providers.idmap import idmap as idmap
from serai.providers.lxc.place import CONSOLE_LOG
from serai.providers.lxc.site import Site
from serai.spec.container import Container
from serai.spec.machine import Machine


def site_for(
    scope: Scope,
    machine: Machine,
    materials: Materials,
    directory: Path,
    *,
    base: str = "",
    process: Process | None = None,
) -> Site:
    """All of it. Raises Code.MISSING for a bridge, a device or a source that is not there."""
    box = machine.container or Container()
    return Site(
        hostname=machine.hostname or machine.name,
        base=base,
        cards=tuple(cards(scope, machine, materials)),
        binds=tuple(binds(scope, machine, directory)),
        nodes=tuple(node(machine, word) for word in box.devices),
        cgroups=cgroups(),
        idmap=idmap(machine),
        environment=(*(process.env if process else ()), *env_lines(machine, scope.root)),
        process=process or Process(),
        console=str(directory / CONSOLE_LOG),
        apparmor=apparmor(),
    )


APPARMOR = Path("/sys/module/apparmor/parameters/enabled")


def apparmor() -> bool:
    """Whether this kernel confines by AppArmor. Without it LXC is told nothing of it: some distributions build it
    without AppArmor, and then it refuses the keys. Source: LXC, src/lxc/confile.c, set_config_apparmor_profile.
    """
    try:
        return APPARMOR.read_text().startswith("Y")
    except OSError:
        return False
