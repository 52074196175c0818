"""Bridges that containers join: the one that leads out (LXC-3), and those of private networks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path

from serai.providers.contract import Scope
from serai.spec.network import Network, NetworkMode
from serai.util import lxc_config, paths
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.locks import lock
from serai.util.process import run, which

NET = Path("/sys/class/net")
ROUTES = Path("/proc/net/route")
LOCKS = Path("/run/serai")
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
UPLINKS = ("lxcbr0", "virbr0")
"""lxc-net's own before libvirt's, which goes when libvirt's network stops."""
OWN = "serai-"
"""What the name of a bridge that serai made begins with; 8 digits follow (IFNAMSIZ is 16)."""
IFF_UP = 1
"""Source: linux/if.h."""
MADE = "made-by-serai"
"""Alias of a bridge whose name the file states: one that was there before has it not, and stays."""
ROUTED = (NetworkMode.NAT, NetworkMode.ROUTE, NetworkMode.OPEN)


def there(name: str) -> bool:
    return (NET / name / "bridge").is_dir()


def is_whole(name: str) -> bool:
    """It is there, and made to its end: it is switched on last of all (IFF_UP)."""
    try:
        flags = int((NET / name / "flags").read_text(), 16)
    except (OSError, ValueError):
        return False
    return there(name) and bool(flags & IFF_UP)


def uplink(stated: str = "") -> str:
    """The bridge of a container's first card: the stated one, what LXC's default.conf says, lxcbr0 or virbr0.

    Raises Code.MISSING when none of them is there.
    """
    if stated:
        if not there(stated):
            raise SeraiError(Code.MISSING, f"this host has no bridge {stated}", hint=f"there are {known()}")
        return stated
    try:
        default = lxc_config.setting(lxc_config.converted(Path(lxc_config.DEFAULT).read_text()), lxc_config.LINK)
    except OSError:
        default = ""
    for name in dict.fromkeys((default, *UPLINKS)):
        if name and there(name):
            return name
    raise SeraiError(
        Code.MISSING,
        "neither lxcbr0 nor virbr0 is here: containers would have no way out",
        hint="serai host setup lxc makes lxcbr0; or networks: [{uplink: none}]",
    )


def known() -> str:
    """The bridges of this host, for a hint."""
    return ", ".join(sorted(each.name for each in NET.glob("*") if there(each.name))) or "none"


def bridge_of(scope: Scope, name: str, network: Network) -> str:
    """The bridge of one of the project's networks, be it there or not."""
    stated = network.external or network.bridge
    return stated or f"{OWN}{sha256(f'{scope.project_id}/{name}'.encode()).hexdigest()[:8]}"


def is_ours(network: Network) -> bool:
    """Whether serai makes its bridge and takes it away."""
    return not network.external and network.mode is not NetworkMode.BRIDGE


def gateway(network: Network) -> str:
    """The host's own address on it, the first one, with its prefix; empty: it has none."""
    if not network.subnet:
        return ""
    subnet = IPv4Network(network.subnet)
    return f"{subnet.network_address + 1}/{subnet.prefixlen}"


@contextmanager
def using() -> Iterator[None]:
    """While a container starts no bridge may be taken away."""
    with lock(_locks() / "lxc-bridges.lock", what="the bridges of containers", shared=True):
        yield


def _locks() -> Path:
    """One place for all of root's processes: sudo and a login of root's do not have the same XDG_RUNTIME_DIR."""
    return LOCKS if os.geteuid() == 0 else paths.runtime()


def ours(scope: Scope, networks: Mapping[str, Network], wanted: Iterable[str]) -> tuple[str, ...]:
    """The bridges of these networks that serai makes, be they there or not."""
    return tuple(
        bridge_of(scope, name, networks.get(name, Network()))
        for name in wanted
        if is_ours(networks.get(name, Network()))
    )


def ensure(scope: Scope, networks: Mapping[str, Network], wanted: Iterable[str]) -> tuple[str, ...]:
    """Make the bridges of the networks that a machine is on; the names of those that are serai's."""
    names = list(wanted)
    for name in names:
        network = networks.get(name, Network())
        bridge = bridge_of(scope, name, network)
        if is_ours(network):
            if not is_whole(bridge):
                with lock(_locks() / "lxc-bridge-making.lock", what="the bridges of containers"):
                    if not is_whole(bridge):
                        _make_whole(name, bridge, network)
        elif not there(bridge):
            key = "external" if network.external else "bridge"
            raise SeraiError(
                Code.MISSING, f"networks.{name}.{key}: there is no bridge {bridge}", hint=f"there are {known()}"
            )
    return ours(scope, networks, names)


def _make_whole(name: str, bridge: str, network: Network) -> None:
    """Anew, where a killed run has left half of it; one that has cards on it somebody has switched off."""
    if there(bridge) and not _is_idle(bridge):
        run([which("ip", "iproute2"), "link", "set", "dev", bridge, "up"])
        return
    remove([bridge])
    if network.subnet:
        _check_free(name, network.subnet)
    _make(name, bridge, network)


def in_use() -> dict[IPv4Network, str]:
    """Subnets that this host has a route to -> the device. Source: proc(5), /proc/net/route."""
    found = {}
    for line in ROUTES.read_text().splitlines()[1:]:
        device, target, _, _, _, _, _, mask = line.split()[:8]
        address, bits = (int.from_bytes(bytes.fromhex(word)[::-1]) for word in (target, mask))
        if bits:
            found[IPv4Network((address, bits.bit_count()))] = device
    return found


def _check_free(name: str, subnet: str) -> None:
    """Raise Code.BUSY when somebody else has it: the host would send what is for the one to the other."""
    wanted = IPv4Network(subnet)
    for other, device in in_use().items():
        if wanted.overlaps(other):
            raise SeraiError(
                Code.BUSY,
                f"networks.{name}: subnet {wanted} overlaps with {other}, which is behind {device}",
                hint=f"state another one: networks.{name}.subnet",
            )


def _make(name: str, bridge: str, network: Network) -> None:
    ip = which("ip", "iproute2")
    mtu = f" mtu {network.mtu}" if network.mtu else ""
    lines = [f"link add name {bridge}{mtu} type bridge stp_state 0 forward_delay 0"]
    lines.append(f"link set dev {bridge} alias {MADE}")
    if address := gateway(network):
        lines.append(f"address add {address} dev {bridge}")
    lines.append(f"link set dev {bridge} up")
    try:
        if network.mode in ROUTED:
            FORWARDING.write_text("1\n")
        if network.mode is NetworkMode.NAT and network.subnet:
            run([which("nft", "nftables"), "-f", "-"], input=masquerade(bridge, network.subnet))
        run([ip, "-batch", "-"], input="".join(f"{line}\n" for line in lines))  # its last line says: it is whole
    except (SeraiError, OSError) as error:
        remove([bridge])
        raise SeraiError(
            Code.FAILED,
            f"networks.{name}: its bridge {bridge} cannot be made: {error}",
            hint="ip address shows who has that subnet",
        ) from error


def table(bridge: str) -> str:
    """The nftables table of a bridge."""
    return bridge.replace("-", "_")


def masquerade(bridge: str, subnet: str) -> str:
    """What leaves the subnet has the host's own address. Source: nft(8), `masquerade`."""
    return (
        f"table ip {table(bridge)} {{\n"
        "  chain postrouting {\n"
        "    type nat hook postrouting priority srcnat; policy accept;\n"
        f"    ip saddr {subnet} ip daddr != {subnet} masquerade\n"
        "  }\n}\n"
    )


def remove_idle(bridges: Iterable[str]) -> None:
    """Take away those of serai's bridges that no card is on any more."""
    names = [name for name in bridges if there(name) and (name.startswith(OWN) or _alias(name) == MADE)]
    if names:
        with lock(_locks() / "lxc-bridges.lock", what="the bridges of containers"):
            remove([name for name in names if _is_idle(name)])


def _alias(bridge: str) -> str:
    try:
        return (NET / bridge / "ifalias").read_text().strip()
    except OSError:
        return ""


def _is_idle(bridge: str) -> bool:
    """Whether it is there and without a card: another machine's end may have taken it away just now."""
    try:
        return not os.listdir(NET / bridge / "brif")  # noqa: PTH208 - sysfs
    except FileNotFoundError:
        return False


def remove(bridges: Iterable[str]) -> None:
    for bridge in bridges:
        if there(bridge):
            run([which("ip", "iproute2"), "link", "delete", "dev", bridge], check=False)
        try:
            nft = which("nft", "nftables")
        except SeraiError:
            continue  # then there is no table of ours
        run([nft, "delete", "table", "ip", table(bridge)], check=False)
