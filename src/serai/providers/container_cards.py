"""Cards of a container, by what its file says of networks: a veth pair into a bridge each, or a macvlan."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from serai.providers import bridges
from serai.providers.card_address import card_address
from serai.providers.contract import Materials, Scope
from serai.providers.identity import mac_address
from serai.spec.machine import Machine
from serai.spec.network import MacvtapMode, Network, Nic, PublicNic, UplinkNic, UplinkType


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """One network of the container's."""

    kind: str = "veth"
    """`veth`, `macvlan`, `phys`, `none` (the host's network) or `empty`."""
    name: str = ""
    """In the container: `eth0`."""
    link: str = ""
    """The bridge, or the device."""
    mode: str = ""
    """Of macvlan."""
    mac: str = ""
    mtu: int | None = None
    address: str = ""
    """With its prefix; empty: the guest asks by DHCP, or has none."""
    gateway: str = ""


def first_card(machine: Machine) -> UplinkNic:
    """What is said of the uplink; without a word, its defaults."""
    return next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())


def cards(scope: Scope, machine: Machine, materials: Materials) -> Iterator[Card]:
    """eth0 is the uplink alone: guests ask there for an address, and forget others. The rest is from eth1 on."""
    mode = machine.container.network_mode if machine.container else None
    if mode in ("host", "none"):
        yield Card(kind="none" if mode == "host" else "empty")
        return
    found = [_uplink(scope, machine), *(_other(scope, machine, materials, nic) for nic in machine.networks)]
    made = [card for card in found[1:] if card is not None]
    if found[0] is None and not made:
        yield Card(kind="empty")
    for number, card in enumerate((found[0], *made)):
        if card is None:
            continue
        yield Card(
            kind=card.kind,
            name=f"eth{number}",
            link=card.link,
            mode=card.mode,
            mac=card.mac or mac_address(scope.project_id, machine.name, number),
            mtu=card.mtu,
            address=card.address,
            gateway=card.gateway,
        )


def _uplink(scope: Scope, machine: Machine) -> Card | None:
    nic = first_card(machine)
    if nic.type is UplinkType.NONE:
        return None
    return Card(link=bridges.uplink(nic.network_name or ""), mac=nic.mac or "", mtu=nic.mtu)


def _other(scope: Scope, machine: Machine, materials: Materials, nic: Nic) -> Card | None:
    if nic.public:
        return _public(nic.public)
    if not nic.private:
        return None
    network = materials.networks.get(nic.private.network, Network())
    first = first_card(machine).type is UplinkType.NONE and network.mode in bridges.ROUTED
    return Card(
        link=bridges.bridge_of(scope, nic.private.network, network),
        mac=nic.private.mac or "",
        mtu=nic.private.mtu or network.mtu,
        address=card_address(nic.private, materials.addresses),
        gateway=bridges.gateway(network).partition("/")[0] if first else "",
    )


def _public(nic: PublicNic) -> Card:
    """A bridge of the host, or a macvlan on a device."""
    more = {"mac": nic.mac or "", "mtu": nic.mtu, "address": nic.address or "", "gateway": nic.gateway or ""}
    if nic.bridge:
        return Card(link=nic.bridge, **more)  # type: ignore[arg-type]
    mode = "passthru" if nic.mode is MacvtapMode.PASSTHROUGH else str(nic.mode)
    return Card(kind="macvlan", link=nic.dev or "", mode=mode, **more)  # type: ignore[arg-type]
