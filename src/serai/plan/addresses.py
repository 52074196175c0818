"""Addresses on private networks: static ones as stated, the others reserved once and kept (VAG-6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import msgspec

from serai.spec.host_address import host_address
from serai.spec.machine import Project
from serai.spec.network import Network
from serai.util.errors import Code, SeraiError

POOL = IPv4Network("10.40.0.0/16")
"""Where subnets come from when the file names none: one /24 each. Private (RFC 1918), and not 10.0.2.0/24,
which QEMU's user networking has inside every guest."""

FIRST_HOST = 10
"""Reserved addresses start at .10: .1 to .9 are left for gateways and for people."""
FIRST_OF_FEW = 2
ROOMY = 27
"""In a subnet with a longer prefix, which has 14 addresses or 6, they start at .2: .1 alone is left."""


class Allocation(msgspec.Struct):
    """Networks with their subnets, and every machine's address in each: network -> machine -> `10.40.0.10/24`."""

    networks: dict[str, Network] = {}
    addresses: dict[str, dict[str, str]] = {}
    names: dict[str, list[str]] = {}
    """Further names of machines: host names that differ, and aliases."""


def used_networks(project: Project) -> list[str]:
    """Private networks by name: those of `networks:`, and those that only a machine names."""
    names = dict.fromkeys(project.networks)
    for machine in project.machines.values():
        for nic in machine.networks:
            if nic.private:
                names.setdefault(nic.private.network)
    return list(names)


def allocate(project: Project, kept: Allocation, taken: Collection[str] = ()) -> Allocation:
    """Work out all addresses; what `kept` (the last allocation) says stays as long as it fits.

    `taken` are subnets that somebody else has where the machines will be: none of them is chosen.
    """
    result = Allocation()
    names = used_networks(project)
    if not names:
        return result
    subnets = _subnets(project, names, kept, [IPv4Network(subnet) for subnet in taken])
    for name in names:
        stated = project.networks.get(name, Network())
        result.networks[name] = msgspec.structs.replace(stated, subnet=str(subnets[name]))
        result.addresses[name] = _hosts(project, name, result.networks[name], kept.addresses.get(name, {}))
    for machine in project.machines.values():
        further = dict.fromkeys([machine.hostname, *machine.aliases] if machine.hostname else machine.aliases)
        if more := [word for word in further if word and word not in project.machines]:
            result.names[machine.name] = more
    return result


def _subnets(
    project: Project, names: list[str], kept: Allocation, taken: Collection[IPv4Network]
) -> dict[str, IPv4Network]:
    chosen: dict[str, IPv4Network] = {}
    for name in names:
        stated = project.networks.get(name, Network()).subnet
        if stated:
            chosen[name] = IPv4Network(stated)
    for name in names:
        if name in chosen:
            continue
        old = kept.networks.get(name)
        candidates = [IPv4Network(old.subnet)] if old and old.subnet else []
        statics = _statics(project, name)
        if statics:
            candidates.insert(0, IPv4Interface(f"{statics[0]}/24").network)
        free = (subnet for subnet in POOL.subnets(new_prefix=24) if not any(map(subnet.overlaps, taken)))
        for subnet in (*candidates, *free):
            if not any(subnet.overlaps(other) for other in chosen.values()):
                chosen[name] = subnet
                break
        else:
            raise SeraiError(
                Code.INPUT, f"networks.{name}: no free subnet is left in {POOL}", hint="state subnet:"
            )
    return chosen


def _statics(project: Project, network: str) -> list[str]:
    return [
        nic.private.address.partition("/")[0]
        for machine in project.machines.values()
        for nic in machine.networks
        if nic.private and nic.private.network == network and nic.private.address
    ]


def _hosts(project: Project, network: str, spec: Network, kept: Mapping[str, str]) -> dict[str, str]:
    """`spec`: with its subnet. Of a machine with several cards there, the first one's."""
    subnet = IPv4Network(spec.subnet or "")
    taken = {IPv4Address(text) for text in _statics(project, network)}
    span = spec.given()
    start = subnet[0] + (FIRST_HOST if subnet.prefixlen <= ROOMY else FIRST_OF_FEW)
    first, last = map(IPv4Address, span) if span else (start, subnet[-1] - 1)
    members: dict[str, str | None] = {}
    for machine in project.machines.values():
        for nic in machine.networks:
            if nic.private and nic.private.network == network:
                members.setdefault(machine.name, nic.private.address)
    held = {host_address(project.machines[name].provider, spec) for name in members}
    result: dict[str, str] = {}
    waiting = []
    for name, address in members.items():
        old = IPv4Interface(kept[name]) if name in kept else None
        if address:
            result[name] = f"{address.partition('/')[0]}/{subnet.prefixlen}"
        elif (
            old
            and old.network == subnet
            and old.ip not in taken
            and str(old.ip) not in held
            and (not span or first <= old.ip <= last)
        ):
            taken.add(old.ip)
            result[name] = str(old)
        else:
            waiting.append(name)
    every = map(IPv4Address, range(int(first), int(last) + 1))
    free = (each for each in every if each not in taken and str(each) not in held)
    for name in waiting:
        found = next(free, None)
        if found is None:
            where = f"dhcp_range {first}-{last}" if span else str(subnet)
            raise SeraiError(Code.INPUT, f"networks.{network}: {where} has no address left for {name}")
        result[name] = f"{found}/{subnet.prefixlen}"
    return {name: result[name] for name in members}


def hosts_files(allocation: Allocation) -> dict[str, dict[str, str]]:
    """Machine -> name -> address of every machine that shares a network with it, itself included.

    Machines on the same networks share theirs; one that is on none is not there.
    """
    networks: dict[str, list[str]] = {}
    for network, members in allocation.addresses.items():
        for name in members:
            networks.setdefault(name, []).append(network)
    peers = {key: _peers(allocation, key) for key in {tuple(names) for names in networks.values()}}
    return {name: peers[tuple(names)] for name, names in networks.items()}


def _peers(allocation: Allocation, networks: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for network in networks:
        for name, address in allocation.addresses[network].items():
            for word in (name, *allocation.names.get(name, ())):
                found.setdefault(word, address.partition("/")[0])
    return found
