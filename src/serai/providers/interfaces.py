"""Interfaces of the host that a public network can be joined to: bridges, then devices that are up (VAG-7)."""

from __future__ import annotations

from pathlib import Path

import msgspec

ROOT = Path("/")
ETHERNET = "1"
"""Source: linux/if_arp.h, ARPHRD_ETHER."""
GUESTS = ("tap", "vnet", "veth", "ifb", "dummy", "tun", "macvtap", "lxc")
"""Names of devices that lead to guests and containers, or nowhere."""


class Interface(msgspec.Struct, frozen=True):
    """One that can be joined. `about` says what it is: `bridge of eth0`, `device`."""

    name: str
    bridge: bool
    about: str

    @property
    def key(self) -> str:
        """The key of a public network that names it."""
        return "bridge" if self.bridge else "dev"


def interfaces(root: Path = ROOT) -> list[Interface]:
    """Bridges that lead out of the host, then other bridges, then devices that are up and in no bridge."""
    bridges: list[Interface] = []
    inner: list[Interface] = []
    devices: list[Interface] = []
    for path in sorted((root / "sys/class/net").glob("*")):
        if (path / "bridge").is_dir():
            ports = sorted(port.name for port in (path / "brif").glob("*") if not port.name.startswith(GUESTS))
            found = Interface(
                path.name, True, f"bridge of {', '.join(ports)}" if ports else "bridge inside the host"
            )
            (bridges if ports else inner).append(found)
        elif _leads_out(path):
            devices.append(
                Interface(path.name, False, "device, by macvtap: the host itself cannot reach the guest")
            )
    return [*bridges, *inner, *devices]


def _leads_out(path: Path) -> bool:
    """An Ethernet device that is up, and neither a guest's nor a port of a bridge."""
    if (path / "brport").exists() or (path / "tun_flags").exists() or path.name.startswith(GUESTS):
        return False
    return _text(path / "type") == ETHERNET and _text(path / "operstate") == "up"


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def is_there(name: str, root: Path = ROOT) -> bool:
    return (root / "sys/class/net" / name).exists()
