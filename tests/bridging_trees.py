"""What the tests of network tools share: facts of a tree, and a card with one address."""

from __future__ import annotations

from host_cases import write
from serai.host.bridging.link import Address, Link, Route
from serai.host.bridging.wanted import Wanted
from serai.host.facts.host import Facts
from serai.host.facts.source import Source

MAC = "02:00:00:00:00:aa"
ADDRESSES = (Address("10.0.0.2", 24), Address("fd00::2", 64, "inet6"), Address("fe80::2", 64, "inet6", "link"))
LINK = Link("eth0", MAC, 1500, ADDRESSES, routes=(Route("default", gateway="10.0.0.1"),))
FIXED = Wanted(bridge="br0", port="eth0", mac=MAC, link=LINK, servers=("10.0.0.53", "fd00::53"))
LEASED = Wanted(bridge="br0", port="eth0", mac=MAC)


def facts(root, files):
    write(root, files)
    return Facts(Source(root))


def texts(changes):
    return {change.path.rpartition("/")[2]: change.text for change in changes}
