"""IPv6 subnets and addresses on private networks: valid, inside; checked only where some are stated."""

from __future__ import annotations

from ipaddress import IPv6Interface, IPv6Network

import msgspec

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.nodes import Node, locate
from serai.loaders.yaml.problems import Problems
from serai.spec.network import Network

EXAMPLE = "write for example fd00:40::10/64"


def settle(
    networks: dict[str, Network], node: Node | None, machines: list[Checked], problems: Problems
) -> dict[str, Network]:
    """A network without an IPv6 subnet gets that of the first IPv6 address on it."""
    settled = dict(networks)
    subnets: dict[str, IPv6Network | None] = {}
    for name, network in networks.items():
        if network.ipv6 is not None and node is not None:
            subnets[name] = _subnet(network.ipv6, locate(node, (name, "ipv6")), problems)
    for one in machines:
        for index, nic in enumerate(one.machine.networks):
            if nic.private is None or nic.private.ipv6 is None:
                continue
            at, name = one.at("networks", index, "private", "ipv6"), nic.private.network
            address = _address(nic.private.ipv6, at, problems)
            if address is None:
                continue
            if name not in subnets:
                subnets[name] = address.network
                settled[name] = msgspec.structs.replace(settled.get(name, Network()), ipv6=str(address.network))
            subnet = subnets[name]
            if subnet is not None and address.ip not in subnet:
                problems.at(at, f"{address.ip} is not in {subnet}, the IPv6 subnet of network {name}")
    return settled


def _subnet(text: str, at: Node, problems: Problems) -> IPv6Network | None:
    try:
        subnet = IPv6Network(text)
    except ValueError as error:
        problems.at(at, f"{text!r} is not an IPv6 subnet: {error}", "write for example fd00:40::/64")
        return None
    if subnet.prefixlen > 126:
        problems.at(at, f"{text} has too few addresses, /126 is the smallest", "write for example fd00:40::/64")
        return None
    return subnet


def _address(text: str, at: Node, problems: Problems) -> IPv6Interface | None:
    try:
        address = IPv6Interface(text)
    except ValueError:
        problems.at(at, f"{text!r} is not an IPv6 address", EXAMPLE)
        return None
    if "/" not in text:
        problems.at(at, f"{text} has no prefix, which says how long its network is", EXAMPLE)
        return None
    return address
