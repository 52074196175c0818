"""docker and the host's network: the size of its packets, its chains, and what it drops (DOC-3..6)."""

from __future__ import annotations

from serai.host import docker, docker_daemon
from serai.host.changes.docker_chains import DockerChains
from serai.host.changes.file import WriteFile
from serai.host.changes.json_keys import JsonKey, JsonKeys
from serai.host.changes.service import Service
from serai.host.docker_filter import lost_links
from serai.host.docker_unit import OWN, command_without, flagged
from serai.host.facts.engines import DAEMON, SYSCONFIG
from serai.host.facts.host import Facts
from serai.host.facts.network import DOCKER_BRIDGE
from serai.host.facts.source import Unknown
from serai.host.tunings.kept_rules import lasting_rules
from serai.host.tunings.mtu import NUMBERS, USUAL, VALUES, WHEN_NOT, size_of
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util.errors import Code, SeraiError

TABLE = Table()
MTU = "com.docker.network.driver.mtu"
RESTART = "a restart of docker"
UNIT_DROP_IN = f"/etc/systemd/system/docker.service.d/{OWN}"


def _there(facts: Facts) -> bool:
    """Whether docker is installed; a tree that holds no programs may have its files."""
    try:
        return bool(facts.source.program("dockerd")) or facts.source.has("/etc/docker")
    except Unknown:
        return False


def _needs_docker(facts: Facts) -> None:
    if not _there(facts):
        raise SeraiError(Code.MISSING, "there is no docker here", hint="serai host check net")


@TABLE.tuning(
    "docker-mtu",
    "packets of containers are no larger than the way out",
    why="docker gives its networks 1500 bytes, whatever the way out has. Where that is a tunnel, with 1450 or "
    "1400, larger packets vanish: connections open, and then hang. `mtu` is for the default bridge alone; "
    "networks that are made later have it from `default-network-opts`.",
    values=VALUES,
    repairs=("net.mtu", "net.path-mtu", "net.docker-twice"),
    needs=RESTART,
    numbers=f"{NUMBERS} Networks that there are already keep theirs until they are made anew.",
    when_not=WHEN_NOT,
    old="--mtu in OPTIONS of /etc/sysconfig/docker, which RHEL 7's docker alone read; or in the packaged unit, "
    "which the next update writes anew. With the same option in both places dockerd does not start.",
    source="moby, daemon/config: mtu, default-network-opts (since 24.0); dockerd(8)",
    guide=("DOC-3", "DOC-4"),
)
def docker_mtu(facts: Facts, asked: Asked) -> Planned:
    _needs_docker(facts)
    size = _size(facts, asked)
    flag = flagged(facts, "mtu")
    if not size and not flag:
        return Planned(notes=("the uplink has no smaller packets than docker's networks",))
    size = size or USUAL
    keys = [JsonKey(("mtu",), size)]
    notes = _other_networks(facts, size)
    if docker.knows(facts.source.reach, "default-network-opt"):
        keys.append(JsonKey(("default-network-opts", "bridge", MTU), str(size)))
    else:
        notes = (
            *notes,
            f"networks that are made later: docker network create --opt {MTU}={size} NAME (this docker is older "
            "than 24.0, or cannot be asked)",
        )
    asks = ("docker", "network", "inspect", "bridge", "--format", f'{{{{index .Options "{MTU}"}}}}')
    file = JsonKeys(
        file=DAEMON, keys=tuple(keys), runs=("docker-restart",), asks=asks, answer=str(size), waits=RESTART
    )
    if flag:
        if flag.rpartition("/")[2] > OWN and ".service.d/" in flag:
            raise SeraiError(
                Code.REFUSED,
                f"{flag} gives docker --mtu, and systemd reads it after ours ({OWN})",
                hint=f"remove --mtu there, or rename it to sort before {OWN}",
            )
        line = command_without(facts, "mtu")
        text = f"# Written by serai host tune docker-mtu.\n[Service]\nExecStart=\nExecStart={line}\n"
        unit = WriteFile(path=UNIT_DROP_IN, text=text, runs=("daemon-reload",))
        return Planned(changes=(unit, file), notes=(*notes, f"--mtu goes from {flag}: {DAEMON} says it"))
    if facts.engines.setting(SYSCONFIG, "OPTIONS").text:
        notes = (*notes, f"{SYSCONFIG} is read by no docker of today: remove --mtu there")
    return Planned(changes=(file,), notes=notes)


def _size(facts: Facts, asked: Asked) -> int:
    """What was asked for or measured, or what the uplink has where that is less than docker's own; 0: nothing."""
    size = size_of(facts, asked, "docker-mtu")
    return size if asked.value or size < USUAL or facts.engines.docker.get("mtu", USUAL) > size else 0


def _other_networks(facts: Facts, size: int) -> tuple[str, ...]:
    """Networks of users keep what they were made with: their bridges are there with it."""
    if not facts.source.live:
        return ()
    names = [name for name in facts.network.bridges if DOCKER_BRIDGE.fullmatch(name)]
    large = [name for name in names if facts.network.mtu(name).number > size]
    return tuple(f"{name} keeps its {facts.network.mtu(name).text} bytes until it is made anew" for name in large)


@TABLE.tuning(
    "docker-forward",
    "docker leaves bridges of guests alone",
    why="docker sets the policy of FORWARD to DROP when it switches forwarding on: guests on libvirt's network "
    "or on a bridge lose the world. docker 28 and newer can be told not to; with older ones the bridges are "
    "accepted in DOCKER-USER, a chain that docker makes and leaves to others.",
    repairs=("net.docker-forward",),
    needs=RESTART,
    when_not="Networks of guests must not reach out, and FORWARD's policy is what keeps them.",
    old="iptables -P FORWARD ACCEPT after each start of docker.",
    source="moby, daemon/config: ip-forward-no-drop; docker, packet filtering: DOCKER-USER",
    guide=("DOC-6",),
)
def docker_forward(facts: Facts, asked: Asked) -> Planned:
    _needs_docker(facts)
    known = docker.knows(facts.source.reach, "ip-forward-no-drop")
    if known:
        file = JsonKeys(
            file=DAEMON,
            keys=(JsonKey(("ip-forward-no-drop",), True),),
            runs=("docker-restart",),
            asks=("iptables", "-S", "FORWARD"),
            answer="-P FORWARD ACCEPT",
            waits="a restart of docker after the policy of FORWARD is ACCEPT again: a reboot",
        )
        return Planned(changes=(file,))
    if known is None:
        raise SeraiError(
            Code.UNSUPPORTED, "which options this docker knows can be asked on the running host alone", hint=""
        )
    bridges = facts.network.guest_bridges
    if not bridges:
        return Planned(notes=("there is no bridge of guests",))
    back = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    rules = tuple(
        rule for name in bridges for rule in (f"DOCKER-USER -i {name} -j ACCEPT", f"DOCKER-USER -o {name} {back}")
    )
    title = "Let bridges of guests through docker's filter"
    return lasting_rules(facts, "docker-forward", title, rules, "docker.service")


@TABLE.tuning(
    "docker-chains",
    "docker's chains and bridges are there",
    why="A reload of another firewall empties docker's chains: forwarded ports fail with `No chain/target/match "
    "by that name`. Where somebody deleted docker0, or the bridge of another network, containers on it do not "
    "start. A restart of docker makes both anew: by systemd, by its init script, or, where it was started by "
    "hand, with the same words and environment.",
    repairs=("net.docker-chains",),
    when_not="Containers run without live-restore, and may not stop now: it is refused then, without --force.",
    old="ip link delete docker0: the link has nothing to do with it; the restart that follows is what helps.",
    source="moby, bridge driver: setupIPTables",
    guide=("DOC-6",),
)
def docker_chains(facts: Facts, asked: Asked) -> Planned:
    _needs_docker(facts)
    reach = facts.source.reach
    if not docker.runs(reach):
        return Planned(
            notes=("docker does not run: it makes its chains when it starts (serai host tune docker-runs)",)
        )
    change = DockerChains()
    if change.holds(reach):
        return Planned(changes=(change,))
    if (why := docker.would_stop(reach)) and not asked.force:
        raise SeraiError(
            Code.REFUSED,
            f"docker is not restarted: {why}",
            hint="serai host tune docker-chains --force restarts it all the same",
        )
    return Planned(changes=(change,), notes=_cut_off(facts))


def _cut_off(facts: Facts) -> tuple[str, ...]:
    """With live-restore, containers go on, but their cards are no ports of a bridge that is made anew."""
    running = docker.containers(facts.source.reach)
    if not running or not lost_links(facts):
        return ()
    return (f"the bridge is made anew without them: docker restart {' '.join(running)}",)


@TABLE.tuning(
    "docker-runs",
    "the docker daemon runs",
    why="Without it containers are down, or, with live-restore, go on with nobody who restarts them.",
    repairs=("net.docker-daemon",),
    numbers="It starts by systemd, and at each boot; without systemd by its init script, or by itself.",
    when_not="It was stopped on purpose.",
    old="rm -rf /var/lib/docker: its data is hardly ever why it does not start, and is gone then.",
    source="dockerd(8)",
    guide=("DOC-1", "DOC-6"),
)
def docker_runs(facts: Facts, asked: Asked) -> Planned:
    _needs_docker(facts)
    has_init = facts.read("/proc/1/comm").text == "init"  # in a container the first process is somebody else
    start = () if has_init and facts.source.has(docker_daemon.INIT_SCRIPT) else ("dockerd",)
    daemon = Service(unit="docker.service", process="dockerd", shows=docker.SOCKET, start=start, detach=True)
    return Planned(changes=(daemon,))
