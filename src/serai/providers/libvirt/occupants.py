"""Who is on a network of libvirt's: domains that exist or run, and cards of others on its bridge."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from serai.providers.libvirt import there
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import is_lxc, is_remote
from serai.providers.libvirt.subnets import parse

NET = Path("/sys/class/net")


def running_on(conn: Any, network: Any) -> list[str]:
    """What runs with an interface on it: domains by name, and cards of others on its bridge."""
    name, found = network.name(), guests_of_others(conn, network)
    for domain, tree in there.each(conn.listAllDomains(library().VIR_CONNECT_LIST_DOMAINS_ACTIVE), parse):
        if any(source.get("network") == name for source in tree.iterfind("devices/interface/source")):
            found.append(domain.name())
    return found


def resting(conn: Any, network: Any) -> set[str]:
    """MACs, in small letters, of the cards on it whose domains do not run."""
    found: set[str] = set()
    for _, tree in there.each(conn.listAllDomains(library().VIR_CONNECT_LIST_DOMAINS_INACTIVE), parse):
        for card in tree.iterfind("devices/interface"):
            source, mac = card.find("source"), card.find("mac")
            if source is not None and mac is not None and source.get("network") == network.name():
                found.add(str(mac.get("address")).lower())
    return found


def guests_of_others(conn: Any, network: Any) -> list[str]:
    """Cards on its bridge that are none of this driver's: containers that joined it lose their network with it.

    libvirt calls the taps of its virtual machines and the veth pairs of its containers alike.
    """
    if is_remote(conn.getURI()) or not network.isActive():
        return []
    ports = NET / network.bridgeName() / "brif"
    names = [port.name for port in ports.iterdir()] if ports.is_dir() else []
    ours = not is_lxc(conn.getURI())
    return [
        name
        for name in names
        if not name.endswith("-nic") and not (ours and name.startswith("vnet") and not _is_pair(name))
    ]


def _is_pair(name: str) -> bool:
    """It leads to another interface, in a container: a tap leads to none. Source: Linux, sysfs-class-net."""
    try:
        return (NET / name / "iflink").read_text() != (NET / name / "ifindex").read_text()
    except OSError:
        return False


def joined(conn: Any) -> set[str]:
    """Networks that some domain has an interface on."""
    libvirt = library()
    found: set[str] = set()
    for domain in conn.listAllDomains():
        try:
            tree = ElementTree.fromstring(domain.XMLDesc(0))
        except libvirt.libvirtError as error:
            if is_gone(error):
                continue
            raise
        found |= {source.get("network", "") for source in tree.iterfind("devices/interface/source")}
    return found
