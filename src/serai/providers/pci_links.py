"""Network cards that the host needs: the one with the default route, the only one, the one of an SSH session."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from serai.providers.host_files import Files
from serai.providers.pci_use import Need, Use, Uses, address_in

LINKS = "/sys/class/net"
SSH = 22
ESTABLISHED = "01"
"""Source: Linux, include/net/tcp_states.h."""
UP = 0x1
"""Source: linux/if.h, IFF_UP."""


def uses(files: Files, port: int = SSH) -> Uses:
    """`port` is the one that sshd listens on."""
    names = files.names(LINKS)
    cards = {name: address_in(files.target(f"{LINKS}/{name}")) for name in names}
    hardware = [name for name in names if _is_hardware(files, name)]
    sessions = {name for name in _sessions(files, port) if name}
    needed = {
        "it has the default route": _below(files, _default(files)),
        "an SSH session comes in by it": _below(files, sessions),
    }
    found: Uses = {}
    for name, owner in cards.items():
        if not owner:
            continue
        own = [Use(Need.CONTACT, f"{name}: {what}") for what, links in needed.items() if name in links]
        if len(hardware) == 1:
            own.append(Use(Need.CONTACT, f"{name} is the only network card of the host"))
        if not own and _number(files.text(f"{LINKS}/{name}/flags")) & UP:
            own.append(Use(Need.FIRST, f"{name} is up", f"ip link set {name} down"))
        if own:
            found.setdefault(owner, []).extend(own)
    return found


def _is_hardware(files: Files, name: str) -> bool:
    place = files.target(f"{LINKS}/{name}")
    return bool(place) and "/virtual/" not in place


def _below(files: Files, names: set[str], depth: int = 8) -> set[str]:
    """With the links that a bridge, a bond or a VLAN stands on."""
    found = set(names)
    for name in names:
        under = {
            each.removeprefix("lower_") for each in files.names(f"{LINKS}/{name}") if each.startswith("lower_")
        }
        if under and depth:
            found |= _below(files, under, depth - 1)
    return found


def _default(files: Files) -> set[str]:
    """Links with a default route. Source: proc_pid_net(5): route, ipv6_route."""
    found = {link for link, net in _routes(files) if net.prefixlen == 0}
    return found - {"lo"}


def _routes(files: Files) -> Iterator[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network]]:
    for line in files.text("/proc/net/route").splitlines()[1:]:
        words = line.split()
        if len(words) > 7:
            mask = bin(int(words[7], 16)).count("1")
            yield words[0], ipaddress.IPv4Network((_v4(words[1]), mask), strict=False)
    for line in files.text("/proc/net/ipv6_route").splitlines():
        words = line.split()
        if len(words) > 9 and words[9] != "lo":
            yield (
                words[9],
                ipaddress.IPv6Network((ipaddress.IPv6Address(int(words[0], 16)), int(words[1], 16)), strict=False),
            )


def _sessions(files: Files, port: int) -> Iterator[str]:
    """The links by which peers of this host's sshd are reached."""
    routes = list(_routes(files))
    for peer in _peers(files, port):
        fitting = [(net.prefixlen, link) for link, net in routes if net.version == peer.version and peer in net]
        if fitting and not peer.is_loopback:
            yield max(fitting)[1]


def _peers(files: Files, port: int) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    for table in ("tcp", "tcp6"):
        for line in files.text(f"/proc/net/{table}").splitlines()[1:]:
            words = line.split()
            if words[3] == ESTABLISHED and int(words[1].rpartition(":")[2], 16) == port:
                raw = words[2].partition(":")[0]
                peer = ipaddress.IPv4Address(_v4(raw)) if len(raw) == 8 else _v6(raw)
                yield getattr(peer, "ipv4_mapped", None) or peer


def _v4(text: str) -> int:
    """The kernel writes the four bytes as one number of the processor, here a little-endian one."""
    return int.from_bytes(bytes.fromhex(text), "little")


def _v6(text: str) -> ipaddress.IPv6Address:
    raw = bytes.fromhex(text)
    words = [raw[place : place + 4][::-1] for place in range(0, 16, 4)]
    return ipaddress.IPv6Address(b"".join(words))


def _number(text: str) -> int:
    return int(text, 16) if text.startswith("0x") else 0
