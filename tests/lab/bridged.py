"""The card of a lab host that is moved onto a bridge: who sees what of it, and what closes the way in."""

from __future__ import annotations

from lab.machine import Host

CARD = "enp0s28"
SPARE = "enp1s0"
"""A card to give away, without an address."""
WALL = f"""
table inet wall {{
    chain into {{
        type filter hook input priority 0; policy drop;
        iifname {{ "lo", "{CARD}" }} accept
    }}
}}
"""
"""A firewall that lets in what comes by the host's card: from a bridge nothing comes in."""
WITHIN = 30
"""Seconds to confirm."""
TUNE = f"serai host tune bridge --interface {CARD} --within {WITHIN} --yes"


def links(host: Host) -> list[str]:
    """But the spare one."""
    return [name for name in host.run("ls /sys/class/net").stdout.split() if name != SPARE]


def way_out(host: Host) -> str:
    return host.run("ip route show default").stdout


def again(host: Host, budget: float) -> None:
    """A new login, by whatever way in there is now."""
    host.boot = ""
    host.wait(budget)
