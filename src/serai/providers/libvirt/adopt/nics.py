"""<interface> -> an entry of `networks`, and what it is joined to as a Link."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import Forward
from serai.providers.libvirt.adopt.xml import Element, is_on, number, value
from serai.providers.libvirt.render.nics import NO_SPOOFING
from serai.providers.libvirt.site import Link, LinkKind
from serai.spec.network import (
    ForwardedPort,
    MacvtapMode,
    Nic,
    NicModel,
    PrivateNic,
    Protocol,
    PublicNic,
    UplinkNic,
    UplinkType,
)

SOURCES = {LinkKind.NETWORK: "network", LinkKind.BRIDGE: "bridge", LinkKind.OVS: "bridge", LinkKind.DIRECT: "dev"}
"""Kind -> the attribute of <source> that names what it is joined to."""


def nics_of(root: Element, private: dict[str, str]) -> tuple[list[Nic], tuple[Link, ...]]:
    """The entries and their links, of the interfaces that the spec has words for.

    `private` is libvirt's network -> the project's own name of it.
    """
    nics: list[Nic] = []
    links: list[Link] = []
    for element in root.iterfind("devices/interface"):
        kind = kind_of(element)
        if kind is None or value(element, "model@type") not in set(NicModel):
            continue
        links.append(link_of(element, kind, len(nics)))
        nics.append(_nic(element, kind, private, first=not nics))
    if not any(nic.uplink for nic in nics):
        nics.append(Nic(uplink=UplinkNic(type=UplinkType.NONE)))
    for forward in forwards_of(root):
        nics.append(
            Nic(
                forwarded_port=ForwardedPort(
                    guest=forward.guest,
                    host=forward.host,
                    protocol=Protocol(forward.protocol),
                    host_ip=forward.host_ip,
                )
            )
        )
    return nics, tuple(links)


def forwards_of(root: Element) -> tuple[Forward, ...]:
    """Single ports that passt forwards; what else it may do is kept as XML."""
    return tuple(
        Forward(
            guest=number(each, "@to") or number(each, "@start") or 0,
            host=number(each, "@start") or 0,
            protocol=rule.get("proto", "tcp"),
            host_ip=rule.get("address", "0.0.0.0"),
        )
        for rule in root.iterfind("devices/interface/portForward")
        for each in rule.iterfind("range")
    )


def kind_of(element: Element) -> LinkKind | None:
    """None for what the spec does not know: vdpa, hostdev, vhostuser, …"""
    kind = element.get("type", "")
    if kind == "user" and value(element, "backend@type") == "passt":
        return LinkKind.PASST
    if kind == "bridge" and value(element, "virtualport@type") == "openvswitch":
        return LinkKind.OVS
    if kind == "ethernet" and value(element, "target@managed") != "no":
        return None
    return LinkKind(kind) if kind in set(LinkKind) else None


def link_of(element: Element, kind: LinkKind, index: int) -> Link:
    source = value(element, f"source@{SOURCES[kind]}") if kind in SOURCES else ""
    return Link(
        kind=kind,
        mac=value(element, "mac@address"),
        source=value(element, "target@dev") if kind is LinkKind.ETHERNET else source,
        index=index,
        mode=value(element, "source@mode") or "bridge",
        portgroup=value(element, "source@portgroup"),
    )


def _nic(element: Element, kind: LinkKind, private: dict[str, str], *, first: bool) -> Nic:
    tuning = _tuning(element)
    source, portgroup = value(element, "source@network"), value(element, "source@portgroup") or None
    if kind in (LinkKind.USER, LinkKind.PASST):
        return Nic(uplink=UplinkNic(type=UplinkType(str(kind)), **tuning))
    if kind is LinkKind.NETWORK and source in private:
        return Nic(private=PrivateNic(network=private[source], portgroup=portgroup, **tuning))
    if kind is LinkKind.NETWORK and first and portgroup is None:
        return Nic(uplink=UplinkNic(type=UplinkType.NETWORK, network_name=source, **tuning))
    words: dict[str, Any] = {}
    match kind:
        case LinkKind.NETWORK:
            words = {"network_name": source, "portgroup": portgroup}
        case LinkKind.BRIDGE | LinkKind.OVS:
            words = {"bridge": value(element, "source@bridge"), "ovs": kind is LinkKind.OVS}
        case LinkKind.DIRECT:
            mode = value(element, "source@mode") or "vepa"  # what libvirt takes when nothing is said
            words = {"dev": value(element, "source@dev"), "mode": MacvtapMode(mode)}
        case LinkKind.ETHERNET:
            words = {"tap": value(element, "target@dev")}
    return Nic(public=PublicNic(**words, **tuning))


def _tuning(element: Element) -> dict[str, Any]:
    filtered = value(element, "filterref@filter") or None
    return {
        "mac": value(element, "mac@address") or None,
        "model": NicModel(value(element, "model@type")),
        "mtu": number(element, "mtu@size"),
        "queues": number(element, "driver@queues"),
        "vhost": {"vhost": True, "qemu": False}.get(value(element, "driver@name")),
        "rx_queue_size": number(element, "driver@rx_queue_size"),
        "tx_queue_size": number(element, "driver@tx_queue_size"),
        "filter": None if filtered == NO_SPOOFING else filtered,
        "mac_spoofing": filtered != NO_SPOOFING,
        "trust_guest_rx_filters": bool(is_on(element, "@trustGuestRxFilters")),
    }
