"""The interfaces of a machine: where each leads to, and what its guest is told of it."""

from __future__ import annotations

import os

from serai.guest.seed import SeedNic
from serai.providers.card_address import card_address
from serai.providers.contract import Materials, Scope
from serai.providers.identity import mac_address
from serai.providers.qemu import hub
from serai.providers.qemu.site import Link, LinkKind
from serai.providers.qemu.uplink import uplink_of
from serai.spec.machine import Machine
from serai.spec.network import Network, NicModel, NicTuning, PrivateNic, PublicNic, UplinkType
from serai.util.digest import sha256

VHOST = "/dev/vhost-net"
"""The host's kernel moves the packets of a tap itself."""


def links_of(scope: Scope, machine: Machine, networks: dict[str, Network]) -> tuple[Link, ...]:
    """The uplink first: SSH and forwarded ports come in there; then the others in their order."""
    index, uplink = uplink_of(machine)
    links = []
    if uplink.type is not UplinkType.NONE:
        kind = LinkKind.PASST if uplink.type is UplinkType.PASST else LinkKind.USER
        mac = uplink.mac or mac_address(scope.project_id, machine.name, 0)
        links.append(Link(mac=mac, kind=kind, index=index, mtu=uplink.mtu))
    number = private = 0
    for index, nic in enumerate(machine.networks):
        if not nic.private and not nic.public:
            continue
        number += 1
        mac = mac_address(scope.project_id, machine.name, number)
        if nic.private:
            private += 1
            links.append(_private(nic.private, index, mac, networks, machine.name, private))
        elif nic.public:
            links.append(_public(nic.public, index, mac, scope.project_id, machine.name))
    return tuple(links)


def _private(nic: PrivateNic, index: int, mac: str, networks: dict[str, Network], name: str, number: int) -> Link:
    network = networks.get(nic.network)
    return Link(
        mac=nic.mac or mac,
        kind=LinkKind.HUB,
        index=index,
        network=nic.network,
        socket=hub.port_socket(nic.network, name, number),
        mtu=nic.mtu or (network.mtu if network else None),
    )


def _public(nic: PublicNic, index: int, mac: str, project_id: str, name: str) -> Link:
    return Link(
        mac=nic.mac or mac,
        kind=LinkKind.MACVTAP if nic.dev else LinkKind.TAP,
        index=index,
        mtu=nic.mtu,
        device=nic.tap or device_name(project_id, name, index),
        on=nic.bridge or nic.dev or "",
        ovs=nic.ovs,
        vhost=wants_vhost(nic),
    )


def device_name(project_id: str, name: str, index: int) -> str:
    """Of a tap or macvtap that serai makes, at most 15 characters (IFNAMSIZ): the same each time."""
    return f"st{sha256(f'{project_id}/{name}/{index}'.encode()).hexdigest()[:11]}"


def wants_vhost(nic: NicTuning) -> bool:
    """Stated, or where the kernel offers it."""
    if nic.vhost is not None:
        return nic.vhost
    return nic.model is NicModel.VIRTIO and os.access(VHOST, os.R_OK | os.W_OK)


def seed_nics(scope: Scope, machine: Machine, materials: Materials) -> list[SeedNic]:
    """What the seed tells the guest of its interfaces."""
    found = []
    for link in links_of(scope, machine, materials.networks):
        private = machine.networks[link.index].private if link.index >= 0 else None
        address, gateway = (card_address(private, materials.addresses) or None) if private else None, None
        dhcp = not link.network
        public = machine.networks[link.index].public if link.index >= 0 else None
        if public and public.address:
            address, gateway, dhcp = public.address, public.gateway, False
        ipv6 = private.ipv6 if private else None
        found.append(SeedNic(mac=link.mac, dhcp=dhcp, address=address, mtu=link.mtu, gateway=gateway, ipv6=ipv6))
    return found
