"""What systemd-nspawn and systemd would read of a container, before it exists: for `serai render`."""

from __future__ import annotations

import shlex

from serai.providers import control_groups
from serai.providers.contract import Materials, Scope
from serai.providers.nspawn import gather, groups, netns, render, unit
from serai.providers.nspawn.place import directory_of, drop_in_of, settings_of
from serai.providers.nspawn.record import load
from serai.spec.machine import Machine


def preview(scope: Scope, machine: Machine, materials: Materials) -> str:
    """The settings, its network, and how it is started: each under the name of its file."""
    record = load(directory_of(scope, machine.name))
    site = gather.site_for(scope, machine, materials, record.process if record else None)
    found = f"# {settings_of(site.name)}\n{render.text(machine, site)}"
    if site.has_namespace:
        outside, inside = netns.outside(site.name, site.cards), netns.inside(site.cards)
        found += f"\n# ip -batch {site.directory}/{netns.OUTSIDE}\n" + "".join(f"{line}\n" for line in outside)
        found += f"\n# ip -netns {site.name} -batch {site.directory}/{netns.INSIDE}\n"
        found += "".join(f"{line}\n" for line in inside)
    if site.by_systemd:
        return f"{found}\n# {drop_in_of(site.name)}\n{unit.drop_in(machine, site, 'ip')}"
    if limits := control_groups.limits(machine, site.cgroups):
        found += f"\n# {groups.OWN}/{site.name} of each hierarchy of control groups\n"
        found += "".join(f"{key} = {value}\n" for key, value in limits.items())
    return f"{found}\n# {shlex.join(unit.words(site))}\n"


def kept(scope: Scope, name: str) -> str:
    """The settings as they were written; empty: none."""
    from serai.providers.nspawn.place import machine_name

    try:
        return settings_of(machine_name(scope, name)).read_text()
    except FileNotFoundError:
        return ""
