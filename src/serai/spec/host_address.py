"""The host's own address on a private network, which no machine can have there. Pure."""

from __future__ import annotations

from ipaddress import IPv4Network

from serai.spec.network import Network, NetworkDriver, NetworkMode

FIRST = frozenset({"libvirt", "lxc", "nspawn", "xen"})
"""Providers whose bridges have the first address of the subnet."""
ENGINES = frozenset({"docker", "podman"})
"""They give the gateway to the bridge: the stated one, else the first. Source: moby, libnetwork, allocate."""


def host_address(provider: str, network: Network) -> str:
    """Without prefix; empty where there is none, or where only an engine knows."""
    if not network.subnet or network.external or network.mode is NetworkMode.BRIDGE:
        return ""
    first = str(IPv4Network(network.subnet)[1])
    if provider in FIRST:
        return first
    if provider not in ENGINES:
        return ""
    on_a_device = network.driver in (NetworkDriver.MACVLAN, NetworkDriver.IPVLAN)
    is_closed = network.mode is NetworkMode.ISOLATED if network.internal is None else network.internal
    if on_a_device or (provider == "podman" and is_closed):  # these may do without a gateway
        first = ""
    return network.gateway or first
