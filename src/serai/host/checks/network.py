"""Checks of networks: forwarding, bridges, and who filters what passes them (NET-4, DOC-2..6)."""

from __future__ import annotations

from serai.host.bridging.timer import ROLLED_BACK
from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.engines import DAEMON, SYSCONFIG
from serai.host.facts.host import Facts
from serai.host.facts.network import LINKS
from serai.host.facts.source import Unknown
from serai.host.wants import Role

TABLE = Table()
DROPPED = "the chain FORWARD drops what bridges pass on"
SLOW_PORT = 400
"""Hundredths of a second that a port may take to pass packets; PXE gives up after some 4 s."""


def _guest_bridges(facts: Facts) -> list[str]:
    return [name for name in facts.network.bridges if not name.startswith(("docker", "br-", "cni", "podman"))]


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
    bridges = _guest_bridges(facts)
    if seen.text == "0" or not bridges:
        return passed(seen, f"{seen.value}, {len(bridges)} bridges of guests")
    if facts.network.policy("FORWARD") == "DROP":
        return fail(seen, f"{DROPPED}: {', '.join(bridges)}", "1, FORWARD DROP")
    return note(seen, "packets between guests of one bridge go through FORWARD", "1")


@TABLE.row(
    "net.docker-forward",
    "docker leaves bridges of guests alone",
    reads="iptables-save, /etc/docker/daemon.json",
    worst=Outcome.FAIL,
    why="docker sets the policy of FORWARD to DROP when it switches forwarding on; libvirt's "
    "guests lose the world.",
    next="serai host tune docker-forward",
    undo="serai host undo docker-forward",
    reboot="reload",
    source="moby, daemon/config: ip-forward-no-drop",
    guide=("DOC-2", "DOC-6"),
)
def docker_forward(facts: Facts) -> Finding:
    if not facts.services.runs("dockerd"):
        return not_applicable("/proc/*/comm", "dockerd does not run")
    bridges = _guest_bridges(facts)
    if not bridges:
        return not_applicable(LINKS, "there is no bridge of guests")
    seen = facts.network.filter
    if facts.network.policy("FORWARD") != "DROP":
        return passed(seen, "FORWARD does not drop")
    accepted = [name for name in bridges if f"-i {name}" in seen.text]
    lost = sorted(set(bridges) - set(accepted))
    return (
        fail(seen, f"nothing passes {', '.join(lost)}", "FORWARD DROP")
        if lost
        else passed(seen, "FORWARD DROP, bridges accepted")
    )


@TABLE.row(
    "net.docker-chains",
    "docker's chains are there",
    reads="iptables-save",
    worst=Outcome.FAIL,
    why="A reload of another firewall empties docker's chains: `No chain/target/match by that name`.",
    next="serai host tune docker-chains",
    verify="iptables -t nat -L DOCKER",
    old="Delete docker0 and restart docker: the restart alone makes the chains anew, deleting the "
    "link cures nothing.",
    source="moby, bridge driver",
    guide=("DOC-6",),
    roles=(Role.CONTAINER_HOST,),
)
def docker_chains(facts: Facts) -> Finding:
    if not facts.services.runs("dockerd"):
        return not_applicable("/proc/*/comm", "dockerd does not run")
    words = facts.services.command("dockerd")
    told_not_to = facts.engines.docker.get("iptables") is False or "--iptables=false" in words
    if told_not_to or facts.engines.docker.get("firewall-backend") == "nftables":
        return not_applicable(DAEMON, "docker was told to use no iptables")
    seen = facts.network.filter
    _, _, nat = seen.text.partition("*nat")
    if ":DOCKER " in nat.partition("COMMIT")[0]:
        return passed(seen, "chain DOCKER")
    return fail(seen, "forwarded ports of containers fail", "no chain DOCKER in nat")


@TABLE.row(
    "net.docker-sysconfig",
    "docker's options are in a file that it reads",
    reads=SYSCONFIG,
    worst=Outcome.WARN,
    why="Only RHEL 7's own docker read that file.",
    next="move the options to /etc/docker/daemon.json, and restart docker",
    reboot="reload",
    old="OPTIONS=… --mtu in /etc/sysconfig/docker.",
    source="moby, daemon.json",
    guide=("DOC-3",),
    roles=(Role.CONTAINER_HOST,),
)
def docker_sysconfig(facts: Facts) -> Finding:
    seen = facts.engines.setting(SYSCONFIG, "OPTIONS")
    if seen.text:
        return warn(seen, "docker of today does not read it")
    return passed(SYSCONFIG, "no OPTIONS")


@TABLE.row(
    "net.docker-twice",
    "no option is given to docker twice",
    reads=f"{DAEMON}, /proc/PID/cmdline",
    worst=Outcome.FAIL,
    why="dockerd refuses to start when a flag and daemon.json both set an option.",
    next="serai host tune docker-mtu for --mtu; another flag: a drop-in with ExecStart= and the line without it",
    reboot="reload",
    old="--mtu in the packaged docker.service: the next update writes it anew.",
    source="moby, daemon configuration: conflicts",
    guide=("DOC-4",),
    roles=(Role.CONTAINER_HOST,),
)
def docker_twice(facts: Facts) -> Finding:
    if not facts.source.has(DAEMON):
        return not_applicable(DAEMON, "there is none")
    words = list(facts.services.command("dockerd"))
    for place in ("/etc/systemd/system/docker.service.d", "/etc/systemd/system"):
        for name in facts.source.names(place):
            if place.endswith(".d") or name == "docker.service":
                lines = facts.read(f"{place}/{name}").lines
                words += [word for line in lines if line.startswith("ExecStart=") for word in line.split()]
    flags = {word[2:].partition("=")[0] for word in words if word.startswith("--")}
    both = sorted(flags & set(facts.engines.docker))
    return (
        fail(DAEMON, "dockerd refuses to start", " ".join(both)) if both else passed(DAEMON, "no flag repeats it")
    )


@TABLE.row(
    "net.mtu",
    "no network of guests has larger packets than the way out",
    reads=f"{LINKS}/*/mtu",
    worst=Outcome.WARN,
    why="Packets that are too large vanish where the way out is a tunnel: connections open, and then hang.",
    next="serai host tune docker-mtu; mtu: of the network in serai.yaml; for TCP alone: serai host tune mss-clamp",
    verify="ping -M do -s SIZE from a guest",
    reboot="reload",
    old="TCPMSS clamping alone: it helps TCP and nothing else; nft: tcp option maxseg size set rt mtu.",
    source="moby, com.docker.network.driver.mtu; RFC 1191",
    guide=("DOC-3", "DOC-5"),
)
def mtu(facts: Facts) -> Finding:
    uplink = facts.network.uplink
    if not uplink:
        return not_applicable("/proc/net/route", "there is no default route")
    out = facts.network.mtu(uplink)
    ports = {facts.network.master(name) for name in facts.network.links}
    used = [
        name for name in facts.network.bridges if name in ports or name.startswith(("docker", "virbr", "lxcbr"))
    ]
    large = [name for name in used if facts.network.mtu(name).number > out.number]
    if large:
        seen = facts.network.mtu(large[0])
        return warn(seen, f"{uplink} passes only {out.number}")
    return passed(out, f"{uplink} {out.number}, {len(used)} bridges not above")


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
    bridges = _guest_bridges(facts)
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
    "net.legacy-rules",
    "rules are in one of the kernel's two filters",
    reads="/proc/net/ip_tables_names, nft list ruleset",
    worst=Outcome.WARN,
    why="Old iptables and nftables both judge each packet; each tool shows only its own rules.",
    next="move to nftables: iptables-legacy-save, then iptables-nft-restore",
    source="nftables wiki, iptables-legacy and iptables-nft",
    guide=("DOC-5",),
)
def legacy(facts: Facts) -> Finding:
    seen = facts.read("/proc/net/ip_tables_names")
    if not seen.text:
        return passed(seen, "no tables of the old kind")
    if facts.network.ruleset.text:
        return warn(seen, "both filters judge each packet", f"old: {seen.value}")
    return passed(seen, f"only the old kind: {seen.value}")


@TABLE.row(
    "net.firewalld",
    "firewalld knows the bridges of guests",
    reads="firewall-cmd --get-active-zones",
    worst=Outcome.WARN,
    why="A bridge in a zone that refuses gives guests neither addresses nor names.",
    next="firewall-cmd --permanent --zone=libvirt --change-interface=virbr0, and --reload",
    source="libvirt, firewall; firewalld.zones(5)",
    guide=("NET-5", "DOC-6"),
)
def firewalld(facts: Facts) -> Finding:
    if not facts.services.runs("firewalld"):
        return not_applicable("/proc/*/comm", "firewalld does not run")
    wanted = {
        name: zone for name, zone in (("virbr0", "libvirt"), ("docker0", "docker")) if name in facts.network.links
    }
    if not wanted:
        return not_applicable(LINKS, "neither virbr0 nor docker0 is there")
    seen = facts.source.run("firewall-cmd", "--get-active-zones")
    zone, found = "", {}
    for line in seen.lines:
        if not line.startswith(" "):
            zone = line.split()[0] if line.split() else ""
        elif line.strip().startswith("interfaces:"):
            found.update(dict.fromkeys(line.split()[1:], zone))
    wrong = [name for name, right in wanted.items() if found.get(name) != right]
    if wrong:
        name = wrong[0]
        return warn(seen, f"{name} belongs in the zone {wanted[name]}", f"{name}: {found.get(name) or 'no zone'}")
    return passed(seen, " ".join(f"{name}: {zone}" for name, zone in wanted.items()))


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
        if name.startswith("ifcfg-") and "TYPE=bridge" in facts.read(f"{place}/{name}").text.replace(
            '"', ""
        ).replace("Bridge", "bridge"):
            return warn(f"{place}/{name}", "newer releases do not read it", "TYPE=Bridge")
    return passed(place, "no bridge is described there")


def _is_bridge(text: str) -> bool:
    return any(line.replace('"', "").lower() == "type=bridge" for line in text.splitlines())
