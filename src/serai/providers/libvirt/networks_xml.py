"""The XML of networks (NET-2..5, VAG-6, VAG-9), and of what is changed in them while they run: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from xml.etree import ElementTree

import msgspec

from serai.providers.libvirt.record import NAMESPACE
from serai.providers.libvirt.render.element import Element, add, text_of
from serai.spec.network import Network, NetworkMode, PortGroup


class Host(msgspec.Struct, frozen=True):
    """A machine's place in a network: its address is reserved for its MAC, and its name is told by DNS."""

    mac: str
    name: str
    address: str
    """Without prefix."""


def network(
    name: str,
    spec: Network,
    *,
    uuid: str = "",
    bridge: str = "",
    hosts: Sequence[Host] = (),
    metadata: str = "",
) -> str:
    """The XML to define. `spec.subnet` is filled in, but for mode bridge. `bridge`: to be made, or the host's.

    `metadata` is for libvirt 9.7 and newer. A bridge whose groups have VLANs is an Open vSwitch's.
    """
    root = ElementTree.Element("network")
    add(root, "name", name)
    if uuid:
        add(root, "uuid", uuid)
    if metadata:
        add(add(root, "metadata"), f"{{{NAMESPACE}}}network", metadata)
    if spec.mode is not NetworkMode.ISOLATED:
        add(root, "forward", mode=spec.mode)
    joined = spec.mode is NetworkMode.BRIDGE
    _bridge(root, spec.bridge or bridge, joined)
    if spec.mtu:
        add(root, "mtu", size=spec.mtu)
    if spec.domain and not joined:
        add(root, "domain", name=spec.domain, localOnly=True)
    if not joined:
        _names(root, spec, hosts)
        _addresses(root, spec, hosts)
        _address6(root, spec)
    if any(group.vlan for group in spec.portgroups.values()):
        add(root, "virtualport", type="openvswitch")
    for group, settings in spec.portgroups.items():
        _portgroup(root, group, settings)
    return text_of(root)


def _bridge(root: Element, name: str, joined: bool) -> None:
    """A bridge of libvirt's own forwards at once: nothing else is on it that could be a loop."""
    if joined:
        add(root, "bridge", name=name)
    else:
        add(root, "bridge", name=name or None, stp="on", delay=0)


def _names(root: Element, spec: Network, hosts: Iterable[Host]) -> None:
    if not spec.dns:
        add(root, "dns", enable=False)
        return
    named = [host for host in hosts if host.name]
    if named:
        parent = add(root, "dns")
        for host in named:
            parent.append(_dns_host(host, spec.domain))


def _dns_host(host: Host, domain: str | None) -> Element:
    element = Element("host", {"ip": host.address})
    add(element, "hostname", host.name)
    if domain:
        add(element, "hostname", f"{host.name}.{domain}")
    return element


def _addresses(root: Element, spec: Network, hosts: Sequence[Host]) -> None:
    """The host has the first address. The range, where none is stated, is all others: dnsmasq leaves reserved
    ones to their owners."""
    if not spec.subnet:
        return
    subnet = IPv4Network(spec.subnet)
    parent = add(root, "ip", address=gateway(subnet), netmask=subnet.netmask)
    if spec.dhcp:
        dhcp = add(parent, "dhcp")
        first, last = spec.given() or span(subnet)
        add(dhcp, "range", start=first, end=last)
        for host in hosts:
            dhcp.append(_dhcp_host(host))


def _address6(root: Element, spec: Network) -> None:
    """The host has the first address; who is to have which is told to the guests, or to nobody."""
    if spec.ipv6:
        subnet = IPv6Network(spec.ipv6)
        add(root, "ip", family="ipv6", address=subnet.network_address + 1, prefix=subnet.prefixlen)


def span(subnet: IPv4Network) -> tuple[IPv4Address, IPv4Address]:
    """First and last address that guests can have: all but the host's own."""
    return subnet.network_address + 2, subnet.broadcast_address - 1


def gateway(subnet: IPv4Network) -> str:
    """The host's own address: the first one."""
    return str(subnet.network_address + 1)


def _dhcp_host(host: Host) -> Element:
    words = {"mac": host.mac.lower(), "name": host.name, "ip": host.address}
    return Element("host", {key: value for key, value in words.items() if value})


def _portgroup(root: Element, name: str, settings: PortGroup) -> None:
    group = add(
        root,
        "portgroup",
        name=name,
        default=True if settings.default else None,
        trustGuestRxFilters=True if settings.trust_guest_rx_filters else None,
    )
    if settings.vlan:
        add(add(group, "vlan"), "tag", id=settings.vlan)


def dhcp_host(host: Host) -> str:
    """For `networkUpdate`, section VIR_NETWORK_SECTION_IP_DHCP_HOST."""
    return text_of(_dhcp_host(host))


def dns_host(host: Host, domain: str | None = None) -> str:
    """For `networkUpdate`, section VIR_NETWORK_SECTION_DNS_HOST."""
    return text_of(_dns_host(host, domain))
