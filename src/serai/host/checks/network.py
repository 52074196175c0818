"""Checks of networks: forwarding, bridges, and the tools that keep them (NET-4, NET-5, DOC-2)."""

from __future__ import annotations

from serai.host.bridging.timer import ROLLED_BACK
from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.network import LINKS
from serai.host.facts.source import Unknown

TABLE = Table()
DROPPED = "the chain FORWARD drops what bridges pass on"
SLOW_PORT = 400
"""Hundredths of a second that a port may take to pass packets; PXE gives up after some 4 s."""


@TABLE.row(
    "net.forward",
    "the host passes packets of NAT networks on",
    reads="/proc/sys/net/ipv4/ip_forward",
    worst=Outcome.FAIL,
    why="Guests behind NAT reach nothing when the host does not forward.",
    next="serai host tune ip-forward",
    verify="sysctl net.ipv4.ip_forward",
    undo="serai host undo ip-forward",
    source="Linux, Documentation/networking/ip-sysctl.rst",
    guide=("NET-5", "DOC-2"),
)
def forward(facts: Facts) -> Finding:
    seen = facts.sysctl("net.ipv4.ip_forward")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    if seen.text == "1":
        return passed(seen)
    nat = [name for name in facts.network.links if name.startswith(("virbr", "docker", "lxcbr"))]
    return (
        fail(seen, f"{', '.join(nat)} leads nowhere")
        if nat
        else note(seen, "NAT networks need it; docker and libvirt set it")
    )


@TABLE.row(
    "net.bridge-filter",
    "packets on bridges are not filtered as if they were routed",
    reads="/proc/sys/net/bridge/bridge-nf-call-iptables",
    worst=Outcome.FAIL,
    why="With br_netfilter each packet between guests on one bridge goes through FORWARD, where docker drops it.",
    next="serai host tune bridge-filter, or with =accept where Kubernetes runs",
    undo="serai host undo bridge-filter",
    when_not="Kubernetes and docker's `icc: false` need it.",
    source="Linux, Documentation/networking/ip-sysctl.rst: bridge-nf-call-iptables",
    guide=("NET-4", "DOC-6"),
)
def bridge_filter(facts: Facts) -> Finding:
    seen = facts.sysctl("net.bridge.bridge-nf-call-iptables")
    if not seen.there:
        return not_applicable(seen, "br_netfilter is not loaded")
    bridges = facts.network.guest_bridges
    if seen.text == "0" or not bridges:
        return passed(seen, f"{seen.value}, {len(bridges)} bridges of guests")
    if facts.network.policy("FORWARD") == "DROP":
        return fail(seen, f"{DROPPED}: {', '.join(bridges)}", "1, FORWARD DROP")
    return note(seen, "packets between guests of one bridge go through FORWARD", "1")


@TABLE.row(
    "net.bridge-delay",
    "ports of bridges pass packets at once",
    reads=f"{LINKS}/*/bridge/{{stp_state,forward_delay}}",
    worst=Outcome.WARN,
    why="With a forward delay of 15 s PXE and DHCP of a guest give up before its port opens.",
    next="ip link set BRIDGE type bridge forward_delay 0, or stp_state 0 where no loop can be",
    undo="the same with 1500",
    source="Linux, net/bridge: forward_delay, in hundredths of a second",
    guide=("NET-4",),
)
def bridge_delay(facts: Facts) -> Finding:
    bridges = facts.network.guest_bridges
    if not bridges:
        return not_applicable(LINKS, "there is no bridge of guests")
    for name in bridges:
        delay = facts.network.of_bridge(name, "forward_delay")
        if facts.network.of_bridge(name, "stp_state").text == "1" and delay.number > SLOW_PORT:
            return warn(delay, f"a guest on {name} waits {delay.number / 100:g} s for its network")
    return passed(LINKS, " ".join(bridges))


@TABLE.row(
    "net.bridges",
    "bridges that the project names are there",
    reads=f"{LINKS}/*/bridge",
    worst=Outcome.FAIL,
    why="A machine with `public: {bridge: NAME}` does not start without it.",
    next="serai host tune bridge",
    old="ifcfg files and brctl: RHEL 10 reads none of them.",
    source="Linux, net/bridge",
    guide=("NET-4",),
)
def bridges(facts: Facts) -> Finding:
    if not facts.wants.bridges:
        return not_applicable(LINKS, "no project was named, or it names no bridge")
    lost = sorted(set(facts.wants.bridges) - set(facts.network.bridges))
    if lost:
        place, next_ = f"{LINKS}/{lost[0]}/bridge", f"serai host tune bridge={lost[0]}"
        return fail(place, f"{facts.wants.project} needs it", "not there", next=next_)
    return passed(LINKS, " ".join(facts.wants.bridges))


@TABLE.row(
    "net.rolled-back",
    "no change of the network was put back",
    reads=ROLLED_BACK,
    worst=Outcome.WARN,
    why="A bridge that nobody confirmed, or that cut the way in, is undone by itself; this says when and why.",
    next="serai host tune bridge, when the cause is found; or remove that file",
    source="serai, host/bridging/timer.py",
    guide=("NET-4",),
)
def rolled_back(facts: Facts) -> Finding:
    seen = facts.read(ROLLED_BACK)
    if not seen.there:
        return passed(ROLLED_BACK, "none")
    return warn(ROLLED_BACK, "the uplink is where it was before", seen.text)


@TABLE.row(
    "net.bridge-tool",
    "bridges of the host are kept by a tool of today",
    reads="/etc/sysconfig/network-scripts/ifcfg-*",
    worst=Outcome.WARN,
    why="RHEL 10 reads no ifcfg files: a bridge that is described there is gone after the upgrade.",
    next="nmcli connection migrate",
    source="RHEL 10, considerations in adopting: networking",
    old="ifcfg-br0 with TYPE=Bridge.",
    guide=("NET-4",),
)
def bridge_tool(facts: Facts) -> Finding:
    place = "/etc/sysconfig/network-scripts"
    for name in facts.source.names(place):
        if name.startswith("ifcfg-") and _is_bridge(facts.read(f"{place}/{name}").text):
            return warn(f"{place}/{name}", "newer releases do not read it", "TYPE=Bridge")
    return passed(place, "no bridge is described there")


def _is_bridge(text: str) -> bool:
    return any(line.replace('"', "").lower() == "type=bridge" for line in text.splitlines())
