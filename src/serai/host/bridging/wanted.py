"""What a network tool is to be told: the bridge, its port, and what the port has now."""

from __future__ import annotations

import msgspec

from serai.host.bridging.link import Address, Link


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    bridge: str
    port: str
    mac: str = ""
    """Empty: a tree of files, which knows none."""
    link: Link | None = None
    """The port as it runs; None: a tree."""
    servers: tuple[str, ...] = ()
    """Name servers, of resolv.conf."""

    @property
    def fixed(self) -> list[Address]:
        """Addresses that somebody gave it for good: neither leased, nor from router advertisements."""
        found = self.link.addresses if self.link else ()
        return [each for each in found if each.scope == "global" and not each.dynamic]

    @property
    def leased(self) -> bool:
        """Whether it has an IPv4 address by DHCP, or none that is fixed."""
        return not any(each.family == "inet" for each in self.fixed)

    @property
    def gateways(self) -> list[str]:
        return self.link.gateways if self.link else []


class NotByFile(Exception):
    """This tool cannot be told by a file; the message says why, and what a person can do."""
