"""Packets that the host passes on: forwarding, and bridges that are not filtered as routes."""

from __future__ import annotations

from serai.host.changes.file import WriteFile
from serai.host.changes.value import KernelValue
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.kept_rules import lasting_rules
from serai.host.tunings.lasting import head, on_disk, overruled, sysctl_file, sysctl_text, sysctls
from serai.host.tunings.tuning import Asked, Planned, Table, choice
from serai.util.errors import Code, SeraiError

TABLE = Table()
RA_ROUTE = 0x00040000
"""Flag of a route that a router advertised. Source: Linux, include/uapi/linux/ipv6_route.h: RTF_ADDRCONF."""
FILTERS = tuple(f"net.bridge.bridge-nf-call-{name}" for name in ("iptables", "ip6tables", "arptables"))
BRIDGED = "FORWARD -m physdev --physdev-is-bridged -j ACCEPT"


@TABLE.tuning(
    "ip-forward",
    "the host passes packets of NAT networks on",
    why="Guests and containers behind NAT reach nothing when the host does not forward. docker and libvirt "
    "switch it on when they start; whoever builds a network himself has to.",
    values="both|4|6",
    repairs=("net.forward",),
    when_not="A host without NAT or routed networks: guests on a bridge need no forwarding.",
    old="net.ipv4.ip_forward in /etc/sysctl.conf. With IPv6 that takes the host's own default route away: a host "
    "that forwards ignores router advertisements, unless accept_ra is 2.",
    source="Linux, Documentation/networking/ip-sysctl.rst: forwarding, accept_ra",
    guide=("NET-5", "DOC-2"),
)
def ip_forward(facts: Facts, asked: Asked) -> Planned:
    which = choice(asked, "both", "both", "4", "6")
    values: dict[str, str] = {}
    notes: list[str] = []
    if which != "6":
        values["net.ipv4.ip_forward"] = "1"
    if which != "4" and _has_ipv6(facts):
        for link in _advertised(facts):
            values[f"net.ipv6.conf.{link}.accept_ra"] = "2"
            notes.append(f"{link} has its way out from router advertisements: accept_ra = 2 keeps it")
        values["net.ipv6.conf.all.forwarding"] = "1"
    if not values:
        return Planned(notes=("this host has no IPv6",))
    return Planned(changes=sysctls("ip-forward", values), notes=(*notes, *overruled(facts, "ip-forward", values)))


def _has_ipv6(facts: Facts) -> bool:
    """Of a tree it is not known, and the drop-in of a key that there is not does no harm."""
    return not facts.source.live or facts.source.has("/proc/sys/net/ipv6/conf/all/forwarding")


def _advertised(facts: Facts) -> list[str]:
    """Links whose default route a router advertised, and whose kernel listens: accept_ra is 1."""
    if not facts.source.live:
        return []
    found = []
    for line in facts.read("/proc/net/ipv6_route").lines:
        words = line.split()
        default = len(words) > 9 and set(words[0]) == {"0"} and words[1] == "00"
        if default and int(words[8], 16) & RA_ROUTE:
            found.append(words[9])
    return [
        link
        for link in dict.fromkeys(found)
        if facts.read(f"/proc/sys/net/ipv6/conf/{link}/accept_ra").text in ("1", "2")
    ]


@TABLE.tuning(
    "bridge-filter",
    "packets on bridges are not filtered as if they were routed",
    why="With br_netfilter each packet between guests on one bridge goes through FORWARD, where docker drops it. "
    "`off` takes bridges out of iptables; `accept` leaves them in, and lets what a bridge passes on through.",
    values="off|accept",
    repairs=("net.bridge-filter",),
    when_not="Kubernetes, and docker's `icc: false`, need it: there `accept`, or nothing.",
    old="net.bridge.bridge-nf-call-iptables = 0 in sysctl.conf alone: it is read before br_netfilter is loaded, "
    "which then starts with 1. A rule of udev sets it when the module comes.",
    source="Linux, Documentation/networking/ip-sysctl.rst: bridge-nf-call-iptables; sysctl.d(5), example 2",
    guide=("NET-4", "DOC-6"),
)
def bridge_filter(facts: Facts, asked: Asked) -> Planned:
    if choice(asked, "off", "off", "accept") == "accept":
        return _accepted(facts)
    if not asked.force and (why := _needs_filter(facts)):
        raise SeraiError(
            Code.REFUSED,
            f"bridges are not taken out of iptables: {why}",
            hint="serai host tune bridge-filter=accept",
        )
    values = dict.fromkeys(FILTERS, "0")
    loaded = facts.source.live and facts.sysctl(FILTERS[0]).there
    now = [KernelValue(path=on_disk(key), value=value) for key, value in values.items()] if loaded else []
    rule = 'ACTION=="add", SUBSYSTEM=="module", KERNEL=="br_netfilter", RUN+="/lib/systemd/systemd-sysctl'
    files = (
        WriteFile(path=sysctl_file("bridge-filter"), text=sysctl_text("bridge-filter", values)),
        WriteFile(
            path="/etc/udev/rules.d/90-serai-bridge-filter.rules",
            text=f'{head("bridge-filter")}{rule} --prefix=/net/bridge"\n',
            runs=("udev-reload",),
        ),
    )
    return Planned(changes=(*now, *files), notes=tuple(overruled(facts, "bridge-filter", values)))


def _needs_filter(facts: Facts) -> str:
    if facts.source.live and facts.services.runs("kubelet"):
        return "kubelet runs, and Kubernetes filters there"
    try:
        closed = facts.engines.docker.get("icc") is False
    except Unknown:
        return ""
    return "docker's `icc: false` filters there" if closed else ""


def _accepted(facts: Facts) -> Planned:
    return lasting_rules(facts, "bridge-filter", "Let bridges pass packets on", (BRIDGED,), "docker.service")
