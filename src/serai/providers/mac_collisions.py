"""Cards of one network that would have one MAC: of a derived one only 24 bits are a machine's own. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from serai.providers.identity import mac_address
from serai.spec.machine import Machine
from serai.spec.network import PrivateNic, PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError

DERIVING = ("qemu", "libvirt", "xen", "lxc", "nspawn")
"""Providers whose cards have `mac_address` where none is stated: docker and podman have addresses of their own."""
OWN_UPLINK = (UplinkType.USER, UplinkType.PASST, UplinkType.NONE)
"""Ways in that no other machine is on."""
NO_CARDS = ("host", "none")
"""Modes of a container that has no card of its own."""
Card = tuple[str, str, str, bool]
"""Network, key of the interface, MAC, whether that is stated."""


def collisions(project_id: str, machines: Iterable[Machine], of: Collection[str]) -> Iterator[SeraiError]:
    """Each pair of `machines` with one MAC on one network, where one of the two is among the names `of`.

    Two that are stated are no pair: `spec.addressing` says which of those cannot both be up.
    """
    taken: dict[tuple[str, str], tuple[str, str, bool]] = {}
    for machine in machines:
        for network, key, mac, stated in _cards(project_id, machine):
            other, where, theirs = taken.setdefault((network, mac), (machine.name, key, stated))
            if stated and theirs:
                continue
            if (other, where) != (machine.name, key) and (machine.name in of or other in of):
                why = f"{mac} is the MAC of {other} ({where}), too, which is on {network} as well"
                hint = "state `mac:` there for one of the two"
                yield SeraiError(Code.INPUT, f"{machine.name}: {key}: {why}", hint=hint)


def _cards(project_id: str, machine: Machine) -> Iterator[Card]:
    """Those on a network that others can be on. They are counted as providers count them: the uplink is 0."""
    if machine.container is not None and machine.container.network_mode in NO_CARDS:
        return
    derives, number = machine.provider in DERIVING, 0
    if derives and machine.provider != "qemu":
        yield from _uplink(project_id, machine)
    for index, nic in enumerate(machine.networks):
        card = nic.private or nic.public
        if card is None:
            continue
        number += 1
        if mac := card.mac or (mac_address(project_id, machine.name, number) if derives else None):
            kind = "private" if nic.private else "public"
            yield _network(card), f"networks[{index}].{kind}", mac.lower(), card.mac is not None


def _network(card: PrivateNic | PublicNic) -> str:
    """What it is joined to, for a person."""
    if isinstance(card, PrivateNic):
        return f"network {card.network}"
    return card.bridge or card.dev or card.network_name or card.tap or "the host's network"


def _uplink(project_id: str, machine: Machine) -> Iterator[Card]:
    """The first card; of qemu's machines each has a network of its own there."""
    uplink = next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())
    if uplink.type not in OWN_UPLINK:
        network = uplink.network_name or f"the uplinks of {machine.provider}"
        mac = uplink.mac or mac_address(project_id, machine.name, 0)
        yield network, "networks.uplink", mac.lower(), uplink.mac is not None
