"""A network that libvirt has otherwise than the file states it: what differs, and who keeps it as it is (NET-5).

libvirt changes reservations and names of a network that runs, nothing else: who is on its bridge falls off when it
is made anew. So that waits until nothing runs on it. Source: libvirt, virNetworkUpdate; formatnetwork.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Interface
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Effect, Scope, Verdict
from serai.providers.libvirt import networks_xml, subnets
from serai.providers.network_change import NetworkChange
from serai.spec.base import stated
from serai.spec.network import Network, NetworkMode

CHOSEN = frozenset({"subnet", "ipv6", "bridge"})
"""What serai or libvirt chooses where the file states nothing; the other keys mean one thing then."""
ANEW = Verdict(Effect.LIVE, "nothing runs on it: it is made anew")


def differences(network: Network, tree: ElementTree.Element) -> Iterator[tuple[str, Any, Any]]:
    """(key, as it is, as it is wanted). `tree`: the network's XML in libvirt. Pure."""
    found, given = _read(tree), set(stated(network))
    if network.subnet is None and found["subnet"]:
        network = msgspec.structs.replace(network, subnet=found["subnet"])
    text = networks_xml.network(str(tree.findtext("name")), network, bridge=str(found["bridge"] or ""))
    for key, value in _read(ElementTree.fromstring(text)).items():
        if value != found[key] and (key in given or key not in CHOSEN):
            yield key, found[key], value


def _read(tree: ElementTree.Element) -> dict[str, Any]:
    """The keys of the file that a network's XML speaks of."""
    forward, mtu, dns = tree.find("forward"), tree.find("mtu"), tree.find("dns")
    bridge, domain = tree.find("bridge"), tree.find("domain")
    subnet = next(iter(subnets.subnets_of(tree)), None)
    ipv6 = next((ip for ip in tree.iterfind("ip") if ip.get("family") == "ipv6"), None)
    dhcp = tree.find("ip/dhcp")
    span6 = IPv6Interface(f"{ipv6.get('address')}/{ipv6.get('prefix')}").network if ipv6 is not None else None
    read: dict[str, Any] = {
        "subnet": str(subnet) if subnet else None,
        "ipv6": str(span6) if span6 else None,
        "mtu": int(str(mtu.get("size"))) if mtu is not None else None,
        "mode": str(forward.get("mode", NetworkMode.NAT) if forward is not None else NetworkMode.ISOLATED),
        "bridge": bridge.get("name") if bridge is not None else None,
        "dns": dns is None or dns.get("enable") != "no",
        "domain": domain.get("name") if domain is not None else None,
        "portgroups": {str(group.get("name")): _portgroup(group) for group in tree.iterfind("portgroup")},
    }
    if subnet:  # without addresses there is nothing to give out
        read |= {"dhcp": dhcp is not None, "dhcp_range": _range(dhcp, subnet)}
    return {"dhcp": None, "dhcp_range": None} | read


def _portgroup(group: ElementTree.Element) -> tuple[Any, ...]:
    tag = group.find("vlan/tag")
    vlan = int(str(tag.get("id"))) if tag is not None else None
    return vlan, group.get("default") == "yes", group.get("trustGuestRxFilters") == "yes"


def _range(dhcp: ElementTree.Element | None, subnet: IPv4Network) -> str | None:
    """None: all of the subnet."""
    found = dhcp.find("range") if dhcp is not None else None
    if found is None:
        return None
    given = (found.get("start"), found.get("end"))
    every = tuple(map(str, networks_xml.span(subnet)))
    return None if given == every else "-".join(map(str, given))


def changes(scope: Scope, wanted: Mapping[str, Network]) -> list[NetworkChange]:
    """All of the project's networks that exist; those that several drivers of one daemon have are told once."""
    from serai.providers.libvirt.connect import opened, uris_of
    from serai.providers.libvirt.networks import find, own_name
    from serai.providers.libvirt.occupants import running_on

    made: list[NetworkChange] = []
    seen: set[str] = set()
    for uri in sorted(uris_of(scope)):
        conn = opened(uri)
        for key, network in wanted.items():
            found = find(conn, own_name(scope, key))
            if found is None or found.UUIDString() in seen:
                continue
            seen.add(found.UUIDString())
            if different := list(differences(network, subnets.parse(found))):
                verdict = _verdict(scope, running_on(conn, found))
                made += [NetworkChange(key, what, old, new, verdict) for what, old, new in different]
    return made


def _verdict(scope: Scope, on: Collection[str]) -> Verdict:
    from serai.providers.libvirt import ledger

    records = [ledger.load(scope, name) for name in ledger.names(scope)]
    mine = {record.domain: record.name for record in records if record}
    if strangers := sorted(set(on) - set(mine)):
        return Verdict(Effect.IMMUTABLE, f"{', '.join(strangers)}, somebody else's, runs on it")
    if on:
        names = " ".join(sorted({mine[domain] for domain in on}))
        return Verdict(Effect.IMMUTABLE, f"it is made anew when nothing runs on it (serai halt {names}, serai up)")
    return ANEW
