"""Checks of the size of packets, from the way out to guests: as stated, and as measured (DOC-3, DOC-5)."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.network import LINKS, ROUTES
from serai.host.facts.packets import sizes, tuning_of
from serai.host.facts.source import Reading, Unknown

TABLE = Table()
TUNINGS = ", ".join(f"serai host tune {engine}-mtu" for engine in ("docker", "podman", "lxc", "libvirt"))
CLAMPS = ("tcp option maxseg size set", "-j TCPMSS")
"""As nft and iptables-save print a rule that lowers the size of segments."""


@TABLE.row(
    "net.mtu",
    "no network of guests has larger packets than the way out",
    reads=f"{LINKS}/*/mtu, daemon.json, lxc/default.conf, podman.json",
    worst=Outcome.WARN,
    why="Packets that are too large vanish where the way out is a tunnel: connections open, and then hang.",
    next=f"{TUNINGS}; mtu: of the network in serai.yaml; for TCP alone: serai host tune mss-clamp",
    verify="ping -M do -s SIZE from a guest",
    reboot="reload",
    old="TCPMSS clamping alone: it helps TCP and nothing else; nft: tcp option maxseg size set rt mtu.",
    source="moby, com.docker.network.driver.mtu; RFC 1191",
    guide=("DOC-3", "DOC-5"),
)
def mtu(facts: Facts) -> Finding:
    uplink = facts.network.uplink
    if not uplink:
        return not_applicable(ROUTES, "there is no default route")
    out = facts.network.mtu(uplink)
    used = sizes(facts)
    large = [name for name, size in used.items() if size > out.number]
    if large:
        seen, why = facts.network.mtu(large[0]), f"{uplink} passes only {out.number}"
        return warn(seen, why, f"{used[large[0]]} on {', '.join(large)}", next=_next(large, out.number))
    return passed(out, f"{uplink} {out.number}, {len(used)} bridges not above")


def _next(large: list[str], size: int) -> str:
    return "; ".join(dict.fromkeys(tuning_of(name, size) for name in large))


@TABLE.row(
    "net.path-mtu",
    "packets as large as guests send them reach the gateway, or --to ADDRESS",
    reads="echoes that may not be cut, of up to the size of the way out",
    worst=Outcome.FAIL,
    why="The card says what it takes, not what the way behind it takes. Where that is less, and a firewall drops "
    "the ICMP message that says so, connections open, and hang with the first large packet.",
    next=f"{TUNINGS}, with =path:ADDRESS; for TCP alone: serai host tune mss-clamp",
    verify="serai host check net.path-mtu --to ADDRESS",
    numbers="VXLAN takes 50 bytes of 1500, WireGuard 80, PPPoE 8, GRE 24.",
    when_not="An address that answers no echo: then it is not known.",
    old="Pinging with the usual 56 bytes, which pass everywhere.",
    source="RFC 1191; RFC 2923, 2.1: black holes; ip(7): IP_PMTUDISC_PROBE",
    guide=("DOC-3", "DOC-5"),
)
def path_mtu(facts: Facts) -> Finding:
    uplink = facts.network.uplink
    if not uplink:
        return not_applicable(ROUTES, "there is no default route")
    path = facts.network.path(facts.wants.target)
    place, out = f"echoes to {path.target}", facts.network.mtu(uplink).number
    if path.how == "whole":
        return passed(place, f"{path.size} bytes")
    value, used = f"{path.size} of {out} bytes", sizes(facts)
    large = [name for name, size in used.items() if size > path.size]
    if used and not large:
        return passed(place, f"{value}, {len(used)} bridges not above")
    if path.how == "told":
        return note(place, "a router says so: TCP finds its way, other protocols may not", value)
    how = _next(large, path.size) or f"ip link set dev {uplink} mtu {path.size}"
    if _is_clamped(facts):
        return note(place, "TCP's segments are made to fit, all else that is larger is lost", value, next=how)
    by_tcp = f"for TCP alone: serai host tune mss-clamp={path.size - 40}"
    why = "what is larger is lost without a word: connections open, and hang"
    return fail(place, why, value, next=f"{how}; {by_tcp}")


def _is_clamped(facts: Facts) -> bool:
    for kind in ("ruleset", "filter"):
        try:
            seen: Reading = getattr(facts.network, kind)
        except Unknown:
            continue
        if any(words in seen.text for words in CLAMPS):
            return True
    return False
