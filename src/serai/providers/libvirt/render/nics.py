"""<interface>: what it is joined to, and how it is tuned (NET-2..5, VAG-6, VAG-7, VAG-9)."""

from __future__ import annotations

from serai.providers.libvirt.render.element import Element, add
from serai.providers.libvirt.render.firmware import NETWORK
from serai.providers.libvirt.site import Link, LinkKind, Site
from serai.spec.machine import Machine
from serai.spec.network import NicModel, NicTuning

TYPES = {LinkKind.PASST: "user", LinkKind.OVS: "bridge"}
"""Kinds that libvirt calls by another type; all others have their own name."""
TAP = frozenset({LinkKind.NETWORK, LinkKind.BRIDGE, LinkKind.OVS, LinkKind.DIRECT, LinkKind.ETHERNET})
"""Kinds that are a network device of the host: vhost, queues and ring sizes are for them."""
SIZED = TAP - {LinkKind.DIRECT}
"""Kinds whose MTU libvirt sets. Source: libvirt, src/qemu, `setting MTU on interface type`."""
NO_SPOOFING = "no-mac-spoofing"
"""The nwfilter of libvirt's that drops frames with another sender's address."""


def tuning_of(machine: Machine, link: Link) -> NicTuning:
    """What the spec says of an interface; nothing of an uplink that it does not state."""
    if link.index < 0:
        return NicTuning()
    nic = machine.networks[link.index]
    return nic.private or nic.public or nic.uplink or NicTuning()


def add_nics(parent: Element, machine: Machine, site: Site, boot: dict[str, int]) -> None:
    for number, link in enumerate(site.links):
        parent.append(interface(machine, site, link, boot.get(NETWORK) if number == 0 else None))


def interface(machine: Machine, site: Site, link: Link, boot: int | None = None) -> Element:
    """One <interface>, as it is defined and as it is attached to a running domain."""
    tuning = tuning_of(machine, link)
    element = Element("interface", {"type": TYPES.get(link.kind, str(link.kind))})
    if tuning.trust_guest_rx_filters:
        element.set("trustGuestRxFilters", "yes")
    add(element, "mac", address=link.mac.lower())
    _source(element, site, link)
    add(element, "model", type=tuning.model)
    if link.kind in TAP and tuning.model is NicModel.VIRTIO:
        _driver(element, tuning)
    filtered = tuning.filter or (None if tuning.mac_spoofing else NO_SPOOFING)
    if filtered:
        add(element, "filterref", filter=filtered)
    mtu = tuning.mtu or link.mtu
    if mtu and link.kind in SIZED:
        add(element, "mtu", size=mtu)
    if boot:
        add(element, "boot", order=boot)
    else:
        add(element, "rom", enabled=False)  # nobody boots from it, and reading an option ROM takes time
    return element


def _source(parent: Element, site: Site, link: Link) -> None:
    if link.kind is LinkKind.NETWORK:
        add(parent, "source", network=link.source, portgroup=link.portgroup or None)
    elif link.kind in (LinkKind.BRIDGE, LinkKind.OVS):
        add(parent, "source", bridge=link.source)
        if link.kind is LinkKind.OVS:
            add(parent, "virtualport", type="openvswitch")
    elif link.kind is LinkKind.DIRECT:
        add(parent, "source", dev=link.source, mode=link.mode)
    elif link.kind is LinkKind.ETHERNET:
        add(parent, "target", dev=link.source, managed=False)
    elif link.kind is LinkKind.PASST:
        add(parent, "backend", type="passt")
        _forwards(parent, site)


def _forwards(parent: Element, site: Site) -> None:
    for forward in site.forwards:
        rule = add(parent, "portForward", proto=forward.protocol, address=forward.host_ip)
        add(rule, "range", start=forward.host, to=forward.guest)


def _driver(parent: Element, tuning: NicTuning) -> None:
    words = {
        "name": {None: None, True: "vhost", False: "qemu"}[tuning.vhost],
        "queues": tuning.queues,
        "rx_queue_size": tuning.rx_queue_size,
        "tx_queue_size": tuning.tx_queue_size,
    }
    if any(words.values()):
        add(parent, "driver", **words)
