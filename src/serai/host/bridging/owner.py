"""The tool that makes the host's network, told that a port is its own again, by the files that stand now.

systemd-networkd and NetworkManager know what they read when they started. A port that was moved home is to them a
port of the bridge still: they take its addresses away and do not ask for a lease.
Source: networkctl(1), nmcli(1), netplan-generate(8).
"""

from __future__ import annotations

from serai.host.changes.processes import runs
from serai.host.changes.running import must
from serai.host.reach.contract import Reach

NETPLAN = "/etc/netplan"


def networkd_has(reach: Reach, port: str) -> bool:
    """Whether systemd-networkd runs and manages the link. Asked before the link is moved: it forgets for a moment
    what leaves a bridge, and its state is gone with it. Source: sd_network_link_get_setup_state(3)."""
    index = (reach.read(f"/sys/class/net/{port}/ifindex") or b"").decode().strip()
    state = (reach.read(f"/run/systemd/netif/links/{index}") or b"").decode().splitlines()
    told = next((line.partition("=")[2] for line in state if line.startswith("ADMIN_STATE=")), "unmanaged")
    return told != "unmanaged" and runs(reach, "systemd-networkd")


def give_back(reach: Reach, port: str, *, manager: str = "", networkd: bool = False) -> None:
    """`manager`: `NetworkManager`, where it was told to leave the port alone. Raises SeraiError (Code.FAILED)."""
    if reach.names(NETPLAN) and reach.program("netplan"):
        must(reach, "netplan", "generate")
    if manager:
        must(reach, "nmcli", "connection", "reload")
        must(reach, "nmcli", "device", "set", port, "managed", "yes")
    if networkd:
        must(reach, "networkctl", "reload")
        must(reach, "networkctl", "reconfigure", port)
