"""Zones of firewalld: which a bridge is in, and which one it belongs in."""

from __future__ import annotations

import re

from serai.host.facts.network import DOCKER_BRIDGE, Network
from serai.host.facts.source import Reading, Source, Unknown

PLACE = "/etc/firewalld/zones"
ASK = ("firewall-cmd", "--get-active-zones")
RIGHT = (
    ("virbr", ("libvirt", "libvirt-routed")),
    ("docker", ("docker",)),
    ("br-", ("docker",)),
    ("lxcbr", ("trusted",)),
    ("podman", ("trusted",)),
    ("cni-podman", ("trusted",)),
)
"""How a bridge's name starts -> the zones that let its guests live, the usual one first."""


def belongs(network: Network) -> dict[str, tuple[str, ...]]:
    """Each bridge of guests or containers whose zone is known by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for name in network.links:
        right = next((zones for starts, zones in RIGHT if name.startswith(starts)), ())
        if right and not (name.startswith("br-") and not DOCKER_BRIDGE.fullmatch(name)):
            found[name] = right
    return found


def zones(source: Source) -> tuple[Reading, dict[str, str]]:
    """What was read, and interface -> zone: as firewalld has it now, else as its files have it. Raises Unknown."""
    try:
        seen = source.run(*ASK)
    except Unknown:
        return Reading(PLACE), _of_files(source)
    zone, found = "", {}
    for line in seen.lines:
        if line[:1].strip():
            zone = line.split()[0]
        elif line.strip().startswith("interfaces:"):
            found.update(dict.fromkeys(line.split()[1:], zone))
    return seen, found


def _of_files(source: Source) -> dict[str, str]:
    """Where firewalld cannot be asked: without D-Bus, or in a tree. Source: firewalld.zone(5)."""
    names = [name for name in source.names(PLACE) if name.endswith(".xml")]
    if not names:
        raise Unknown("firewalld cannot be asked, and has no files of its own", PLACE)
    return {
        interface: name.removesuffix(".xml")
        for name in names
        for interface in re.findall(r"<interface\s+name=[\"']([^\"']+)", source.read(f"{PLACE}/{name}").text)
    }
