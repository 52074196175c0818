"""Bridges of private networks on dom0: made when a machine needs one, gone when nothing is on it (VAG-6)."""

from __future__ import annotations

from ipaddress import IPv4Network
from shlex import quote

from serai.providers.contract import Scope
from serai.providers.xen.gather import bridge_of
from serai.spec.machine import Machine
from serai.spec.network import Network, NetworkMode
from serai.util.errors import Code, SeraiError


def private(machine: Machine) -> list[str]:
    """The networks that it is on, each once."""
    return list(dict.fromkeys(nic.private.network for nic in machine.networks if nic.private))


def ours(scope: Scope, networks: dict[str, Network], names: list[str]) -> dict[str, Network]:
    """Bridge -> network, of those that serai makes: not a bridge that is dom0's own."""
    known = {name: networks.get(name, Network()) for name in names}
    return {
        bridge_of(scope, name, network): network
        for name, network in known.items()
        if network.mode is not NetworkMode.BRIDGE and not network.external
    }


def ensure(bridges: dict[str, Network]) -> str:
    """Words of a shell. dom0 has the first address of the subnet, so that it reaches the guests."""
    lines = []
    for name, network in bridges.items():
        word = quote(name)
        lines.append(f"[ -d /sys/class/net/{word}/bridge ] || ip link add {word} type bridge forward_delay 0")
        if network.mtu:
            lines.append(f"ip link set {word} mtu {network.mtu}")
        if network.subnet:
            subnet = IPv4Network(network.subnet)
            lines.append(f"ip address replace {subnet[1]}/{subnet.prefixlen} dev {word}")
        lines.append(f"ip link set {word} up")
    return "\n".join(lines)


def remove_idle(names: tuple[str, ...]) -> str:
    """Words of a shell that remove those of serai's bridges that nothing is on."""
    lines = []
    for name in names:
        word = quote(name)
        here = f"/sys/class/net/{word}"
        lines.append(f'[ ! -d {here}/bridge ] || [ -n "$(ls {here}/brif)" ] || ip link delete {word}')
    return "\n".join(lines) or "true"


def check_network(name: str, network: Network) -> list[SeraiError]:
    """What a network of the project may not state."""
    found = []
    if network.mode not in (NetworkMode.ISOLATED, NetworkMode.BRIDGE):
        why = f"serai makes bridges between guests on dom0, and no {network.mode} of them"
        found.append(_refuse(name, "mode", why, "the uplink leads out; or mode: bridge, with a bridge of dom0's"))
    if network.ipv6:
        why = "dom0 gives no IPv6 on it"
        found.append(_refuse(name, "ipv6", why, "leave it out: an address is stated of a machine"))
    if network.portgroups:
        found.append(_refuse(name, "portgroups", "port groups are libvirt's", "provider: libvirt"))
    return found


def _refuse(name: str, key: str, why: str, way_out: str) -> SeraiError:
    return SeraiError(Code.UNSUPPORTED, f"networks.{name}.{key}: {why}", hint=way_out)
