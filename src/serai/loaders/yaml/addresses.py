"""Subnets and static addresses: valid, subnets apart, addresses inside; checked only when a file states some."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

import msgspec

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.nodes import Map, Node, locate
from serai.loaders.yaml.problems import Problems
from serai.spec.host_address import host_address
from serai.spec.network import Network


def settle(
    networks: dict[str, Network], node: Node | None, machines: list[Checked], problems: Problems
) -> dict[str, Network]:
    """Check subnets and addresses. A network without a subnet gets the /24 of its first static address."""
    subnets: dict[str, IPv4Network] = {}
    for name, network in networks.items():
        if network.subnet is not None and node is not None:
            at = locate(node, (name, "subnet"))
            subnet = _subnet(network.subnet, at, problems)
            if subnet is not None:
                subnets[name] = subnet
    settled = dict(networks)
    for name, network in networks.items():
        if network.dhcp_range is not None and node is not None:
            at = locate(node, (name, "dhcp_range"))
            _range(name, network, at, subnets, settled, problems)
    for one in machines:
        for index, nic in enumerate(one.machine.networks):
            if nic.private is None or nic.private.address is None:
                continue
            at = one.at("networks", index, "private", "address")
            address = _address(nic.private.address, at, problems)
            name = nic.private.network
            if address is None or (name not in subnets and settled.get(name, Network()).subnet is not None):
                continue
            if name not in subnets:
                subnets[name] = IPv4Network(f"{address}/24", strict=False)
                settled[name] = msgspec.structs.replace(settled.get(name, Network()), subnet=str(subnets[name]))
            _place(address, name, subnets[name], at, problems)
            if str(address) == host_address(one.machine.provider, settled.get(name, Network())):
                problems.at(at, f"{address} is the host's own on network {name}", "give the machine another one")
    _apart(subnets, node, problems)
    if any(network.ipv6 for network in networks.values()) or any(
        nic.private and nic.private.ipv6 for one in machines for nic in one.machine.networks
    ):
        from serai.loaders.yaml.addresses6 import settle as settle6

        return settle6(settled, node, machines, problems)
    return settled


def _subnet(text: str, at: Node, problems: Problems) -> IPv4Network | None:
    try:
        subnet = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        problems.at(at, f"{text!r} is not an IPv4 subnet: {error}", "write for example 10.40.0.0/24")
        return None
    if "/" not in text or subnet.prefixlen > 29:
        problems.at(at, f"{text} has too few addresses, /29 is the smallest", "write for example 10.40.0.0/24")
        return None
    return subnet


def _range(
    name: str,
    network: Network,
    at: Node,
    subnets: dict[str, IPv4Network],
    settled: dict[str, Network],
    problems: Problems,
) -> None:
    """Two addresses of the subnet, which without one of its own is the /24 of the first."""
    try:
        first, last = map(IPv4Address, network.given() or ())
    except ValueError:
        problems.at(at, f"{network.dhcp_range!r} is no range", "write for example 10.40.0.100-10.40.0.200")
        return
    if name not in subnets and network.subnet is None:
        subnets[name] = IPv4Network(f"{first}/24", strict=False)
        settled[name] = msgspec.structs.replace(network, subnet=str(subnets[name]))
    subnet = subnets.get(name)
    if subnet is None:
        return  # it is none, which has been told
    if first > last:
        problems.at(at, f"{first} comes after {last}", "write the lower one first")
    for each in (first, last):
        if each not in subnet or each in (subnet[0], subnet[-1]):
            problems.at(at, f"{each} is no address for a machine in {subnet}, the subnet of network {name}")
            return
    if not network.dhcp:
        problems.at(at, "dhcp is false: nobody gives these addresses", "leave one of both out")


def _address(text: str, at: Node, problems: Problems) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except AddressValueError:
        problems.at(at, f"{text!r} is not an IPv4 address", "write for example 10.40.0.10")
        return None


def _place(address: IPv4Address, name: str, subnet: IPv4Network, at: Node, problems: Problems) -> None:
    if address not in subnet:
        problems.at(at, f"{address} is not in {subnet}, the subnet of network {name}")
    elif address in (subnet.network_address, subnet.broadcast_address):
        problems.at(at, f"{address} is the subnet's own address, not a machine's")


def _apart(subnets: dict[str, IPv4Network], node: Node | None, problems: Problems) -> None:
    """Sorted by their start, subnets that overlap are neighbours, or one holds what follows it."""
    widest: tuple[str, IPv4Network] | None = None
    for name, subnet in sorted(subnets.items(), key=lambda item: (item[1].network_address, item[1].prefixlen)):
        if widest is not None and subnet.overlaps(widest[1]) and isinstance(node, Map):
            at = locate(node, (name, "subnet"))
            problems.at(at, f"{name}'s {subnet} overlaps {widest[0]}'s {widest[1]}")
        if widest is None or subnet.broadcast_address > widest[1].broadcast_address:
            widest = name, subnet
