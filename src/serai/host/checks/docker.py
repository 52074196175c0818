"""Checks of docker: whether it runs, its options, its chains and bridges, and whom it shuts out (DOC-3..6)."""

from __future__ import annotations

from serai.host import docker_filter, docker_unit
from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.engines import DAEMON, SYSCONFIG
from serai.host.facts.host import Facts
from serai.host.facts.network import LINKS
from serai.host.facts.source import Unknown
from serai.host.wants import Role

TABLE = Table()
SOCKET = "/run/docker.sock"
PID_FILE = "/run/docker.pid"
CONTAINERS = "/var/lib/docker/containers"


@TABLE.row(
    "net.docker-daemon",
    "the docker daemon runs and answers",
    reads=f"/proc/*/comm, {PID_FILE}, docker version",
    worst=Outcome.FAIL,
    why="Containers, their ports and names are down without it, but for those of a daemon with live-restore.",
    next="serai host tune docker-runs",
    verify="docker version",
    undo="serai host undo docker-runs",
    source="dockerd(8)",
    guide=("DOC-1", "DOC-6"),
    roles=(Role.CONTAINER_HOST,),
)
def docker_daemon(facts: Facts) -> Finding:
    if not facts.source.program("dockerd"):
        return not_applicable("/usr/bin/dockerd", "docker is not installed")
    if facts.services.runs("dockerd"):
        try:
            return passed(facts.source.run("docker", *_to(facts), "version", "--format", "{{.Server.Version}}"))
        except Unknown as error:
            return fail(error.read, "dockerd runs, and does not answer", error.why)
    number = facts.read(PID_FILE).text
    if number.isdigit() and (other := facts.read(f"/proc/{number}/comm").text):
        why = f"dockerd does not start while {other} has the number that its last run had"
        return fail(PID_FILE, why, number, next=f"rm {PID_FILE}; serai host tune docker-runs")
    count = len(facts.source.names(CONTAINERS))
    if count or facts.source.has(SOCKET) or facts.services.enabled("docker.service"):
        return fail("/proc/*/comm", f"{count} containers are down", "dockerd does not run")
    return note("/proc/*/comm", "docker is installed, and nothing uses it yet", "dockerd does not run")


def _to(facts: Facts) -> tuple[str, ...]:
    """Where it listens, when that is not the usual place."""
    stated = docker_filter.setting(facts, "host", "-H")
    return ("-H", str(stated)) if str(stated).startswith("unix://") and SOCKET not in str(stated) else ()


@TABLE.row(
    "net.docker-chains",
    "docker's chains and bridges are there",
    reads="iptables-save, /sys/class/net, docker network inspect",
    worst=Outcome.FAIL,
    why="A reload of another firewall empties docker's chains: `No chain/target/match by that name`. A bridge "
    "that somebody deleted comes back with a restart of docker alone, too.",
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
    if links := docker_filter.lost_links(facts):
        return fail(LINKS, "somebody deleted it: containers on it start no more", "; ".join(links))
    if not docker_filter.uses_iptables(facts):
        return not_applicable(DAEMON, "docker was told to use no iptables")
    seen = facts.network.filter
    gone = docker_filter.lost_rules(facts, seen.text)
    if not gone:
        return passed(seen, "chains, jumps and MASQUERADE")
    if why := _in_the_old_filter(facts, gone):
        return fail(seen, why, gone[0])
    return fail(seen, "ports of containers, or their way out, fail", "; ".join(gone))


def _in_the_old_filter(facts: Facts, gone: list[str]) -> str:
    """Why they are not to be seen here; empty: they are in neither filter."""
    try:
        there = not docker_filter.lost_rules(facts, facts.source.run("iptables-legacy-save").text)
    except Unknown:
        return ""
    return "docker made them in iptables-legacy; iptables is nftables' now, and docker needs a restart" * there


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
    bridges = facts.network.guest_bridges
    if not bridges:
        return not_applicable(LINKS, "there is no bridge of guests")
    seen = facts.network.filter
    if facts.network.policy("FORWARD") != "DROP":
        return passed(seen, "FORWARD does not drop")
    lost = sorted(name for name in bridges if not facts.network.forwards(name))
    return (
        fail(seen, f"nothing passes {', '.join(lost)}", "FORWARD DROP")
        if lost
        else passed(seen, "FORWARD DROP, bridges accepted")
    )


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
    reads=f"{DAEMON}, docker.service, /proc/PID/cmdline",
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
    given = docker_unit.options(docker_unit.next_start(facts))
    both = sorted(given & set(facts.engines.docker))
    return (
        fail(DAEMON, "dockerd refuses to start", " ".join(both)) if both else passed(DAEMON, "no flag repeats it")
    )
