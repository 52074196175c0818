"""Links of the host, bridges among them, the way out, and the filter rules."""

from __future__ import annotations

import re
import socket
from functools import cached_property
from ipaddress import IPv4Network
from itertools import pairwise

import msgspec

from serai.host.facts.source import Reading, Source, Unknown

LINKS = "/sys/class/net"
ROUTES = "/proc/net/route"
NEAR, FAR = 0.4, 1.0
"""Seconds to wait for the first answer of the gateway, and of an address that somebody named."""


class PathMtu(msgspec.Struct, frozen=True):
    """What of a packet reaches an address whole: bytes, and how larger ones end: `told`, `silent`; `whole`: none
    that the way out lets through is too large."""

    target: str
    size: int
    how: str


DOCKER_BRIDGE = re.compile(r"br-[0-9a-f]{12}")
"""Of a network that somebody made with docker: the name begins its id. Source: moby, bridge driver."""
BY_ENGINES = re.compile(rf"docker|cni|podman|{DOCKER_BRIDGE.pattern}$")


class Network:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def links(self) -> list[str]:
        return [name for name in self._source.names(LINKS) if name != "bonding_masters"]

    def mtu(self, link: str) -> Reading:
        return self._source.read(f"{LINKS}/{link}/mtu")

    @cached_property
    def bridges(self) -> list[str]:
        """Linux bridges; those of Open vSwitch are not to be seen here."""
        return [name for name in self.links if self._source.has(f"{LINKS}/{name}/bridge")]

    @property
    def guest_bridges(self) -> list[str]:
        """Those that container engines did not make."""
        return [name for name in self.bridges if not BY_ENGINES.match(name)]

    def of_bridge(self, bridge: str, name: str) -> Reading:
        return self._source.read(f"{LINKS}/{bridge}/bridge/{name}")

    def master(self, link: str) -> str:
        """The bridge that it is a port of; empty: none."""
        return self._source.link(f"{LINKS}/{link}/master")

    @cached_property
    def _routes(self) -> list[tuple[str, IPv4Network, str]]:
        """Link, subnet, and gateway (empty: none). Source: proc(5), /proc/net/route: addresses as the processor
        has them, which is with the low byte first on all that serai runs on."""
        found = []
        for line in self._source.read(ROUTES).lines[1:]:
            words = line.split()
            if len(words) > 7:
                subnet, gateway, mask = (_address(words[at]) for at in (1, 2, 7))
                found.append(
                    (
                        words[0],
                        IPv4Network(f"{subnet}/{mask}", strict=False),
                        "" if gateway == "0.0.0.0" else gateway,
                    )
                )
        return found

    @property
    def _default(self) -> tuple[str, str]:
        """Link and gateway of the default route of IPv4; both empty: there is none."""
        return next(((link, gateway) for link, subnet, gateway in self._routes if subnet.prefixlen == 0), ("", ""))

    @property
    def uplink(self) -> str:
        """The link with the default route of IPv4; empty: there is none."""
        return self._default[0]

    @property
    def gateway(self) -> str:
        """The address that the default route leads to; empty: there is none."""
        return self._default[1]

    def subnet(self, link: str) -> str:
        """The subnet of IPv4 that a link is in; empty: none."""
        near = (str(subnet) for name, subnet, gateway in self._routes if name == link and not gateway)
        return next((each for each in near if each != "0.0.0.0/0"), "")

    def path(self, target: str = "") -> PathMtu:
        """Measured, to an address or a name; empty: to the gateway. Raises Unknown."""
        where, patience = (target, FAR) if target else (self.gateway, NEAR)
        if not where:
            raise Unknown("the default route has no gateway: name an address", ROUTES)
        size, how = self._source.ask("path-mtu", f"{where} {self.mtu(self.uplink).number} {patience}").split()
        return PathMtu(where, int(size), how)

    @cached_property
    def filter(self) -> Reading:
        """The rules of the tables, as iptables-save prints them. Raises Unknown."""
        return self._source.run("iptables-save")

    def policy(self, chain: str) -> str:
        """ACCEPT or DROP, of the table `filter`; empty: the chain has none, or is not there."""
        _, _, table = self.filter.text.partition("*filter")
        found = re.search(rf"^:{chain} (\w+)", table.partition("COMMIT")[0], re.MULTILINE)
        return found[1] if found else ""

    def forwards(self, link: str) -> bool:
        """Whether a rule that FORWARD comes to accepts what comes in by the link."""
        _, _, table = self.filter.text.partition("*filter")
        rules: dict[str, list[list[str]]] = {}
        for line in table.partition("COMMIT")[0].splitlines():
            words = line.split()
            if words[:1] == ["-A"]:
                rules.setdefault(words[1], []).append(words[2:])
        chains, seen = ["FORWARD"], set()
        while chains:
            chain = chains.pop()
            seen.add(chain)
            for words in rules.get(chain, ()):
                target = _behind(words, "-j", "-g")
                if target == "ACCEPT" and _is_of(_behind(words, "-i"), link):
                    return True
                if target in rules and target not in seen:
                    chains.append(target)
        return False

    @cached_property
    def ruleset(self) -> Reading:
        """The rules of nftables. Raises Unknown."""
        return self._source.run("nft", "list", "ruleset")

    def sysctl(self, name: str) -> Reading:
        """`net.ipv4.ip_forward`; raises Unknown only where /proc cannot be read."""
        return self._source.read(f"/proc/sys/{name.replace('.', '/')}")

    def need_link(self, link: str) -> None:
        """Raises Unknown where it is not there."""
        if link not in self.links:
            raise Unknown(f"there is no link {link}", LINKS)


def _behind(words: list[str], *flags: str) -> str:
    """The word behind the first of these flags; empty: none of them is there, or it is negated."""
    return next(
        (word for flag, word in pairwise(words) if flag in flags and words[max(words.index(flag) - 1, 0)] != "!"),
        "",
    )


def _is_of(pattern: str, link: str) -> bool:
    """Source: iptables(8): a name that ends in `+` stands for all that begin so."""
    return link.startswith(pattern[:-1]) if pattern.endswith("+") else pattern == link


def _address(word: str) -> str:
    return socket.inet_ntoa(bytes.fromhex(word.zfill(8))[::-1])
