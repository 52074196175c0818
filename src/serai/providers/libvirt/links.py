"""The machine's network cards: what each is joined to, in the order of their MACs (NET-2..5, VAG-6..9)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serai.providers.contract import Scope
from serai.providers.identity import mac_address
from serai.providers.libvirt import networks
from serai.providers.libvirt.connect import is_remote, is_session, is_test
from serai.providers.libvirt.site import Link, LinkKind
from serai.spec.machine import Machine
from serai.spec.network import Network, PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError


def uplink_of(machine: Machine) -> tuple[int, UplinkNic]:
    """Where the spec states the uplink (-1: nowhere), and what it says."""
    for number, nic in enumerate(machine.networks):
        if nic.uplink:
            return number, nic.uplink
    return -1, UplinkNic()


def uplink_kind(machine: Machine, uri: str) -> UplinkType:
    """user, passt, network or none: what `auto` means for this URI."""
    stated = uplink_of(machine)[1].type
    if stated is not UplinkType.AUTO:
        return stated
    return UplinkType.USER if is_session(uri) else UplinkType.NETWORK


def links_of(conn: Any, scope: Scope, machine: Machine, known: Mapping[str, Network]) -> tuple[Link, ...]:
    """The uplink first, then the private and public networks as the file has them. Numbers of MACs count cards."""
    uri = conn.getURI()
    links = []
    number, spec = uplink_of(machine)
    kind = uplink_kind(machine, uri)
    if kind is not UplinkType.NONE:
        mac = spec.mac or mac_address(scope.project_id, machine.name, 0)
        if kind is UplinkType.NETWORK:
            source = spec.network_name or _uplink_name(conn)
            links.append(Link(kind=LinkKind.NETWORK, mac=mac, source=source, index=number))
        else:
            links.append(Link(kind=LinkKind(str(kind)), mac=mac, index=number))
    card = 0
    for index, nic in enumerate(machine.networks):
        if not (nic.private or nic.public):
            continue
        card += 1
        mac = mac_address(scope.project_id, machine.name, card)
        if nic.private:
            name = nic.private.network
            network = known.get(name, Network())
            links.append(
                Link(
                    kind=LinkKind.NETWORK,
                    mac=nic.private.mac or mac,
                    source=networks.source_of(scope, name, network),
                    index=index,
                    portgroup=nic.private.portgroup or "",
                    mtu=network.mtu,
                )
            )
        elif nic.public:
            links.append(_public(machine, nic.public, index, nic.public.mac or mac, uri))
    return tuple(links)


def _uplink_name(conn: Any) -> str:
    """The network that `networks.uplink` would choose, without making or starting one."""
    if is_test(conn.getURI()) or networks.find(conn, networks.UPLINK) is None:
        return networks.DEFAULT
    default = networks.find(conn, networks.DEFAULT)
    return networks.DEFAULT if default is not None and default.isActive() else networks.UPLINK


def _public(machine: Machine, nic: PublicNic, index: int, mac: str, uri: str) -> Link:
    if nic.network_name:
        portgroup = nic.portgroup or ""
        return Link(kind=LinkKind.NETWORK, mac=mac, source=nic.network_name, index=index, portgroup=portgroup)
    if nic.bridge:
        kind = LinkKind.OVS if nic.ovs else LinkKind.BRIDGE
        return Link(kind=kind, mac=mac, source=nic.bridge, index=index)
    if nic.tap:
        return Link(kind=LinkKind.ETHERNET, mac=mac, source=nic.tap, index=index)
    device = nic.dev or default_device(machine, index, uri)
    if not is_remote(uri) and is_bridge(device):
        return Link(kind=LinkKind.BRIDGE, mac=mac, source=device, index=index)
    return Link(kind=LinkKind.DIRECT, mac=mac, source=device, index=index, mode=str(nic.mode))


def is_bridge(device: str) -> bool:
    return Path(f"/sys/class/net/{device}/bridge").is_dir()


def default_device(machine: Machine, index: int, uri: str) -> str:
    """The device of the host's default route. Raises Code.INPUT where that cannot be known."""
    if not is_remote(uri):
        for line in Path("/proc/net/route").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1] == "00000000" and fields[7] == "00000000":
                return fields[0]
    raise SeraiError(
        Code.INPUT,
        f"{machine.name}: networks[{index}].public: which device of the host? it shows no default route",
        hint="state dev: or bridge:",
    )
