"""What docker and podman refuse of a project's network: what their engine would leave out without a word. Pure.

Source: moby, drivers bridge, macvlan and ipvlan (their options); podman, pkg/api/handlers/compat/networks.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from serai.spec.base import stated
from serai.spec.network import Network, NetworkDriver, NetworkMode
from serai.util.errors import Code, SeraiError

ADDRESSES = "an engine gives each container its address itself"
NAMES = "an engine answers for the names of containers on every network that is made"
CANNOT: dict[str, tuple[str, str]] = {
    "dhcp": (f"{ADDRESSES}, and no DHCP server is there that could be left out", "leave it out"),
    "dns": (f"{NAMES}, and cannot be told not to", "container.dns names other servers"),
    "portgroups": ("port groups are libvirt's", "a network of its own, or provider: libvirt"),
    "ipv6": ("serai's networks of containers have IPv4 addresses", "leave it out"),
}
"""Key -> why no engine has it, and what does it instead."""
MODES: dict[NetworkMode, tuple[str, str]] = {
    NetworkMode.OPEN: ("an engine has its filter rules for every network", "mode: route, or provider: libvirt"),
    NetworkMode.BRIDGE: (
        "an engine makes its bridges itself",
        "driver: macvlan and parent: DEVICE join the host's own network",
    ),
}
OF_ITS_OWN = ("mode", "bridge", "mtu", "driver", "parent", "internal", "gateway", "ip_range", "options")
"""Keys that say how a network is made, which an external one is already."""
KNOWN_TO_PODMAN = frozenset(
    {"mtu", "mode", "parent", "com.docker.network.driver.mtu", "com.docker.network.bridge.name"}
)


def check_network(name: str, network: Network, provider: str) -> list[SeraiError]:
    """Every refusal, as `networks.NAME.KEY: why`."""
    return [
        SeraiError(code, f"networks.{name}.{key}: {why}", hint=way_out)
        for key, why, way_out, code in _all(network, set(stated(network)), provider)
    ]


Refusal = tuple[str, str, str, Code]


def _all(network: Network, given: set[str], provider: str) -> Iterator[Refusal]:
    for key in sorted(given & CANNOT.keys()):
        yield key, *CANNOT[key], Code.UNSUPPORTED
    if network.external:
        for key in (key for key in OF_ITS_OWN if key in given):
            yield key, f"{network.external} is made already, and stays as it is", "leave it out", Code.INPUT
        return
    if network.driver in (NetworkDriver.MACVLAN, NetworkDriver.IPVLAN):
        yield from _on_a_device(network, given, provider)
    else:
        if network.mode in MODES:
            yield "mode", *MODES[network.mode], Code.UNSUPPORTED
        if network.parent:
            yield "parent", "a bridge has none", "driver: macvlan or ipvlan", Code.INPUT
    if provider == "podman":
        yield from _podmans(network)


def _on_a_device(network: Network, given: set[str], provider: str) -> Iterator[Refusal]:
    """macvlan and ipvlan: the device is what leads out, and what says how large a packet is."""
    for key in ("mode", "bridge"):
        if key in given:
            why = (
                f"{network.driver} has no bridge: its interfaces are on the device {network.parent or 'of parent'}"
            )
            yield key, why, "leave it out", Code.INPUT
    if network.mtu is not None and provider == "docker":
        why = f"docker's {network.driver} takes the MTU of its parent"
        way_out = f"ip link set {network.parent or 'DEVICE'} mtu {network.mtu}, or a device of its own below it"
        yield "mtu", why, way_out, Code.UNSUPPORTED
    if not network.parent and not network.internal:
        yield "parent", f"{network.driver} needs the device that it joins", "parent: eth0", Code.INPUT


def _podmans(network: Network) -> Iterator[Refusal]:
    """podman's docker-compatible socket leaves options out that it does not know."""
    if network.mode is NetworkMode.ROUTE and network.driver in (None, NetworkDriver.BRIDGE):
        why = "podman translates the addresses of every network that leads out"
        yield "mode", why, "mode: nat, or provider: docker", Code.UNSUPPORTED
    for key in sorted(network.options.keys() - KNOWN_TO_PODMAN):
        yield (
            f"options.{key}",
            "podman knows no such option",
            "leave it out, or provider: docker",
            Code.UNSUPPORTED,
        )
