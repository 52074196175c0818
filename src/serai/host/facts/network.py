"""Links of the host, bridges among them, the way out, and the filter rules."""

from __future__ import annotations

import re
from functools import cached_property

from serai.host.facts.source import Reading, Source, Unknown

LINKS = "/sys/class/net"


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

    def of_bridge(self, bridge: str, name: str) -> Reading:
        return self._source.read(f"{LINKS}/{bridge}/bridge/{name}")

    def master(self, link: str) -> str:
        """The bridge that it is a port of; empty: none."""
        return self._source.link(f"{LINKS}/{link}/master")

    @cached_property
    def uplink(self) -> str:
        """The link with the default route of IPv4; empty: there is none. Source: proc(5), /proc/net/route."""
        for line in self._source.read("/proc/net/route").lines[1:]:
            words = line.split()
            if len(words) > 7 and words[1] == "00000000" and words[7] == "00000000":
                return words[0]
        return ""

    @cached_property
    def filter(self) -> Reading:
        """The rules of the tables, as iptables-save prints them. Raises Unknown."""
        return self._source.run("iptables-save")

    def policy(self, chain: str) -> str:
        """ACCEPT or DROP, of the table `filter`; empty: the chain has none, or is not there."""
        _, _, table = self.filter.text.partition("*filter")
        found = re.search(rf"^:{chain} (\w+)", table.partition("COMMIT")[0], re.MULTILINE)
        return found[1] if found else ""

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
