"""Interfaces, networks and storage pools whose keys do not fit each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Interface

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.nodes import Node, listed, locate
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.tuning import most
from serai.spec.network import (
    MacvtapMode,
    Network,
    NetworkMode,
    NicModel,
    NicTuning,
    PublicNic,
    UplinkNic,
    UplinkType,
)
from serai.spec.pool import Pool, PoolType

JOINS = ("bridge", "dev", "network_name", "tap")
"""What a public network is joined by: at most one. Without any, `serai up` asks (VAG-7)."""

POOL_KEYS: dict[PoolType, tuple[tuple[str, ...], tuple[str, ...]]] = {
    PoolType.DIR: (("path",), ()),
    PoolType.NETFS: (("host", "source"), ("path",)),
    PoolType.LOGICAL: (("source",), ("path",)),
    PoolType.DISK: (("source",), ("path",)),
    PoolType.ISCSI: (("host", "source"), ("path",)),
}
"""Type -> keys that it needs, and further ones that it can have. Source: libvirt, storage.rst."""


def check_interfaces(
    machines: Sequence[Checked], networks: Mapping[str, Network], node: Node | None, problems: Problems
) -> None:
    """Say all that is wrong with interfaces, and with the project's `networks:`, whose node is given."""
    for one in machines:
        if one.machine.networks:
            _machine(one, networks, problems)
    for name, network in networks.items():
        if node is not None:
            _network(locate(node, (name,)), network, problems)


def _machine(one: Checked, networks: Mapping[str, Network], problems: Problems) -> None:
    uplinks = 0
    joined: set[str] = set()
    for index, nic in enumerate(one.machine.networks):
        if nic.uplink is not None:
            uplinks += 1
            if uplinks > 1:
                why = "there is an uplink already, a machine has at most one"
                problems.at(one.at("networks", index), why, "private and public are further interfaces")
            _tuning(one, index, "uplink", nic.uplink, problems)
            _uplink(one, index, nic.uplink, problems)
        if nic.private is not None:
            _tuning(one, index, "private", nic.private, problems)
            if (name := nic.private.network) in joined and nic.private.address is None:
                why = f"a further card on network {name} needs an address of its own, one alone is reserved"
                problems.at(one.at("networks", index), why, f"private: {{network: {name}, address: …}}")
            joined.add(name)
            if nic.private.portgroup is not None:
                network = networks.get(nic.private.network, Network())
                _portgroup(one, index, nic.private.network, nic.private.portgroup, network, problems)
        if nic.public is not None:
            _tuning(one, index, "public", nic.public, problems)
            _public(one, index, nic.public, problems)


def _tuning(one: Checked, index: int, kind: str, nic: NicTuning, problems: Problems) -> None:
    """What only a virtio card has, and queues that nobody would serve."""
    for key in ("rx_queue_size", "tx_queue_size"):
        size = getattr(nic, key)
        if size is not None and size & (size - 1):
            problems.at(one.at("networks", index, kind, key), f"{size} is not a power of two", "256, 512 or 1024")
    if nic.model is not NicModel.VIRTIO:
        for key in ("queues", "vhost", "rx_queue_size", "tx_queue_size"):
            if getattr(nic, key) is not None:
                why = f"only a virtio card has it, and model is {nic.model}"
                problems.at(one.at("networks", index, kind, key), why, "model: virtio, or leave it out")
    elif nic.queues is not None and nic.queues > (cpus := most(one.machine.cpu)):
        why = f"{nic.queues} queues, but {cpus} CPU{'s' if cpus > 1 else ''} to serve them"
        problems.at(one.at("networks", index, kind, "queues"), why, f"queues: {cpus}, or more CPUs")


def _uplink(one: Checked, index: int, nic: UplinkNic, problems: Problems) -> None:
    if nic.network_name is not None and nic.type not in (UplinkType.AUTO, UplinkType.NETWORK):
        why = f"only an uplink of type network has one, and type is {nic.type}"
        problems.at(one.at("networks", index, "uplink", "network_name"), why, "type: network, or leave it out")


def _portgroup(one: Checked, index: int, name: str, portgroup: str, network: Network, problems: Problems) -> None:
    """An external network is the engine's: what groups it has is not known here."""
    if portgroup not in network.portgroups and network.external is None:
        there = f"there are {listed(network.portgroups)}" if network.portgroups else "it has none"
        problems.at(
            one.at("networks", index, "private", "portgroup"),
            f"network {name} has no port group {portgroup!r}, {there}",
            f"networks: {{{name}: {{portgroups: {{{portgroup}: {{}}}}}}}}",
        )


def _public(one: Checked, index: int, nic: PublicNic, problems: Problems) -> None:
    at = ("networks", index, "public")
    joins = [key for key in JOINS if getattr(nic, key) is not None]
    if len(joins) > 1:
        why = f"only one of {' and '.join(joins)} can be stated"
        problems.at(
            one.at(*at, joins[1]), why, "an interface is joined to one thing; further ones are further entries"
        )
    needs = (
        ("mode", nic.mode is not MacvtapMode.BRIDGE, "dev"),
        ("portgroup", nic.portgroup is not None, "network_name"),
        ("ovs", nic.ovs, "bridge"),
    )
    for key, is_stated, needed in needs:
        if is_stated and needed not in joins:
            problems.at(one.at(*at, key), f"it goes with {needed}, which is not stated")
    _address(one, index, nic, problems)


def _address(one: Checked, index: int, nic: PublicNic, problems: Problems) -> None:
    """A static address has its prefix, and its gateway is on the same link."""
    at = ("networks", index, "public")
    own: IPv4Interface | None = None
    if nic.address is not None:
        try:
            own = IPv4Interface(nic.address)
            if "/" not in nic.address:
                why = f"{nic.address} has no prefix"
                problems.at(one.at(*at, "address"), why, f"write for example {nic.address}/24")
        except ValueError:
            why = f"{nic.address!r} is not an IPv4 address with its prefix"
            problems.at(one.at(*at, "address"), why, "write for example 192.168.1.50/24")
    if nic.gateway is None:
        return
    try:
        gateway = IPv4Address(nic.gateway)
    except AddressValueError:
        problems.at(one.at(*at, "gateway"), f"{nic.gateway!r} is not an IPv4 address")
        return
    if nic.address is None:
        why = "DHCP tells the guest its gateway, and no address is stated"
        problems.at(one.at(*at, "gateway"), why, "state address, or leave it out")
    elif own is not None and "/" in nic.address and gateway not in own.network:
        problems.at(one.at(*at, "gateway"), f"{gateway} is not in {own.network}, the address's own subnet")


def _network(node: Node, network: Network, problems: Problems) -> None:
    if network.external is not None:
        made = ("subnet", "bridge", "domain")
        for key in made:
            if getattr(network, key) is not None:
                why = "an external network is as the engine has it"
                problems.at(locate(node, (key,)), why, "leave it out, or leave external out")
        return
    if network.mode is not NetworkMode.BRIDGE:
        for name, group in network.portgroups.items():
            if group.vlan is not None:
                why = "VLANs are of Open vSwitch bridges of the host, which a network joins by mode: bridge"
                problems.at(locate(node, ("portgroups", name, "vlan")), why, "mode: bridge, or leave it out")
        return
    if network.bridge is None:
        why = "which bridge of the host? `bridge` is missing"
        problems.at(locate(node, ("mode",)), why, "for example {mode: bridge, bridge: br0}")
    if network.subnet is not None:
        why = "a bridge of the host has the host's network: serai gives no addresses there"
        problems.at(locate(node, ("subnet",)), why, "leave it out, or take mode: nat or isolated")


def check_pools(pools: Mapping[str, Pool], node: Node | None, problems: Problems) -> None:
    """A pool states what its type needs, and nothing that its type has not."""
    for name, pool in pools.items():
        if node is not None:
            _pool(locate(node, (name,)), pool, problems)


def _pool(node: Node, pool: Pool, problems: Problems) -> None:
    stated = [key for key in ("path", "host", "source") if getattr(pool, key) is not None]
    if pool.type is None:
        if stated:
            kinds = listed(list(PoolType))
            problems.at(
                locate(node, (stated[0],)), "of what type is it? `type` is missing", f"type: one of {kinds}"
            )
        return
    needed, possible = POOL_KEYS[pool.type]
    for key in needed:
        if key not in stated:
            problems.at(node, f"a pool of type {pool.type} needs {key}", f"serai explain pools.{key}")
    for key in stated:
        if key not in (*needed, *possible):
            problems.at(locate(node, (key,)), f"a pool of type {pool.type} has no {key}", "leave it out")
