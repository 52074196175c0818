"""A link with what it loses as a port of a bridge, addresses and routes; and the lines that move them."""

from __future__ import annotations

from typing import Any

import msgspec

from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

FOREVER = 4294967295
"""Seconds that stand for no end. Source: ip-address(8), valid_lft."""
OWN_ROUTES = ("local", "broadcast", "anycast", "multicast")
"""Types of routes that the kernel makes with each address."""


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """As `ip -j address` tells it."""

    local: str
    prefixlen: int
    family: str = "inet"
    scope: str = "global"
    broadcast: str = ""
    address: str = ""
    """Of the other end of a point-to-point link."""
    dynamic: bool = False
    noprefixroute: bool = False
    valid_life_time: int = FOREVER
    preferred_life_time: int = FOREVER

    @property
    def shown(self) -> str:
        return f"{self.local}/{self.prefixlen}"

    def on(self, link: str) -> str:
        """The line of `ip -batch` that gives it to a link.

        A lease of DHCP is taken over without its end: its client does not renew it there (tunings/bridge.py).
        Addresses from router advertisements keep theirs, as the kernel renews them.
        """
        words = ["address replace", self.shown]
        words += ["peer", self.address] if self.address else []
        words += ["broadcast", self.broadcast] if self.broadcast else []
        words += ["dev", link]
        words += ["scope", self.scope] if self.scope != "global" else []
        if self.family == "inet6":
            words.append("nodad")
            if self.valid_life_time != FOREVER:
                words += ["valid_lft", str(self.valid_life_time), "preferred_lft", str(self.preferred_life_time)]
        return " ".join([*words, *(["noprefixroute"] if self.noprefixroute else [])])


class Route(msgspec.Struct, frozen=True, omit_defaults=True):
    """As `ip -j -d route` tells it; `via` is a gateway of the other family."""

    dst: str
    gateway: str = ""
    via: dict[str, str] = {}
    protocol: str = ""
    scope: str = ""
    prefsrc: str = ""
    metric: int = 0
    table: str = ""
    type: str = "unicast"
    flags: tuple[str, ...] = ()
    expires: int = 0
    family: str = "inet"

    def on(self, link: str) -> str:
        """The line of `ip -batch` that leads it over a link."""
        everywhere = "0.0.0.0/0" if self.family == "inet" else "::/0"
        words = ["route replace", everywhere if self.dst == "default" else self.dst]
        words += ["via", self.gateway] if self.gateway else []
        words += ["via", self.via["family"], self.via["host"]] if self.via else []
        words += ["dev", link]
        named = (("proto", self.protocol), ("scope", self.scope), ("src", self.prefsrc), ("table", self.table))
        words += [word for name, value in named if value for word in (name, value)]
        words += ["metric", str(self.metric)] if self.metric else []
        words += ["expires", str(self.expires)] if self.expires else []
        return " ".join([*words, *(["onlink"] if "onlink" in self.flags else [])])


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """One link of the host, as it stands."""

    name: str
    mac: str
    mtu: int
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    neighbours: dict[str, str] = {}
    """IP address -> MAC address: of the gateways, which are asked afterwards."""

    @property
    def gateways(self) -> list[str]:
        found = [each.gateway for each in self.routes if each.dst == "default" and each.gateway]
        return list(dict.fromkeys(found))

    def moved(self, link: str) -> list[str]:
        """Lines of `ip -batch` that give addresses and routes to another link, or back to this one."""
        near = [each for each in self.routes if not each.gateway and not each.via]
        far = [each for each in self.routes if each not in near]
        return [each.on(link) for each in self.addresses] + [each.on(link) for each in near + far]


def forth(link: Link, bridge: str) -> str:
    """What `ip -batch` makes of a link and its bridge; the bridge has the link's MAC, and ports open at once."""
    head = [
        f"link add name {bridge} address {link.mac} type bridge stp_state 0 forward_delay 0",
        f"link set dev {bridge} mtu {link.mtu}",
        f"link set dev {link.name} master {bridge}",
        f"link set dev {link.name} up",
        f"link set dev {bridge} up",
        f"address flush dev {link.name}",
    ]
    return "\n".join([*head, *link.moved(bridge)]) + "\n"


def back(link: Link, bridge: str) -> str:
    """The way back; with `-force` each line is tried, whatever became of the others."""
    head = [
        f"link set dev {link.name} nomaster",
        f"link delete dev {bridge}",
        f"address flush dev {link.name}",
        f"link set dev {link.name} up",
    ]
    return "\n".join([*head, *link.moved(link.name)]) + "\n"


def read_link(reach: Reach, name: str) -> Link:
    """Raises SeraiError for a link that there is not."""
    shown = _ask(reach, "-d", "address", "show", "dev", name)[0]
    addresses = tuple(msgspec.convert(each, Address) for each in shown["addr_info"] if each.get("local"))
    routes: list[Route] = []
    for option, family in (("-4", "inet"), ("-6", "inet6")):
        for each in _ask(reach, option, "-d", "route", "show", "table", "all", "dev", name):
            if not _comes_with_an_address(each, addresses):
                routes.append(msgspec.convert(each | {"family": family}, Route, strict=False))
    near = {
        each["dst"]: each["lladdr"] for each in _ask(reach, "neighbour", "show", "dev", name) if "lladdr" in each
    }
    link = Link(name, shown["address"], shown["mtu"], addresses, tuple(routes))
    return msgspec.structs.replace(link, neighbours={ip: near[ip] for ip in link.gateways if ip in near})


def _comes_with_an_address(route: dict[str, Any], addresses: tuple[Address, ...]) -> bool:
    """Whether the kernel makes it by itself when the link gets its addresses."""
    if route.get("table") == "local" or route.get("type") in OWN_ROUTES:
        return True
    return route.get("protocol") == "kernel" and not any(each.noprefixroute for each in addresses)


def _ask(reach: Reach, *words: str) -> list[dict[str, Any]]:
    done = reach.run(("ip", "-j", *words), timeout=10)
    if not done.ok:
        raise SeraiError(Code.FAILED, f"ip {' '.join(words)}: {done.stderr.strip() or done.code}")
    return list(msgspec.json.decode(done.stdout or "[]", type=list[dict[str, Any]]))
