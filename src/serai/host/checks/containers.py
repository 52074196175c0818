"""Checks of containers: namespaces, subordinate ids, LXC's keys and templates (LXC-3..5)."""

from __future__ import annotations

import stat

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.wants import Role
from serai.util import lxc_config as lxc

TABLE = Table()
SPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
CONTAINERS = (Role.CONTAINER_HOST,)


@TABLE.row(
    "lxc.namespaces",
    "the kernel has the namespaces that containers are made of",
    reads="/proc/self/ns",
    worst=Outcome.FAIL,
    why="A container is a process with namespaces of its own.",
    next="another kernel: CONFIG_NAMESPACES with all its parts",
    reboot="reboot",
    source="namespaces(7)",
    guide=("LXC-4",),
    roles=CONTAINERS,
)
def namespaces(facts: Facts) -> Finding:
    found = facts.source.names("/proc/self/ns")
    lost = [name for name in SPACES if name not in found]
    return (
        fail("/proc/self/ns", "containers lack them", f"no {' '.join(lost)}")
        if lost
        else passed("/proc/self/ns", " ".join(SPACES))
    )


@TABLE.row(
    "lxc.keys",
    "LXC's files use the keys of today",
    reads="/etc/lxc/default.conf, /var/lib/lxc/*/config",
    worst=Outcome.FAIL,
    why="LXC 3 and newer refuse lxc.network.*: the container does not start.",
    next="serai host tune lxc-bridge",
    undo="serai host undo lxc-bridge",
    old="lxc.network.type, lxc.network.link: since LXC 2.1 lxc.net.0.type, lxc.net.0.link.",
    source="LXC, lxc-update-config",
    guide=("LXC-3",),
    roles=CONTAINERS,
)
def keys(facts: Facts) -> Finding:
    files = facts.engines.lxc_files
    if not files:
        return not_applicable(lxc.LXC, "there is no LXC")
    for file in files:
        if old := lxc.old_line(file.text):
            return fail(file, "LXC 3 and newer refuse it", old)
    return passed(lxc.LXC, f"{len(files)} files")


@TABLE.row(
    "lxc.bridge",
    "the bridge that containers join is there",
    reads="/etc/lxc/default.conf, /sys/class/net",
    worst=Outcome.FAIL,
    why="A container whose bridge is missing does not start.",
    next="serai host tune lxc-bridge; serai host setup lxc makes lxcbr0",
    undo="serai host undo lxc-bridge",
    old="virbr0, whatever the host: it is libvirt's, and there only where libvirt's default network runs.",
    source="lxc.container.conf(5): lxc.net.[i].link",
    guide=("LXC-3",),
    roles=CONTAINERS,
)
def bridge(facts: Facts) -> Finding:
    seen = facts.engines.setting(lxc.DEFAULT, r"lxc\.net(?:work|\.0)\.link")
    if not seen.text:
        return not_applicable(lxc.DEFAULT, "it names no bridge")
    return passed(seen) if seen.text in facts.network.links else fail(seen, "there is no such bridge")


@TABLE.row(
    "lxc.templates",
    "containers can be made from templates",
    reads="/usr/share/lxc/templates",
    worst=Outcome.NOTE,
    why="lxc-create makes a container by a program in that directory.",
    next="serai host setup lxc, or lxc-create -t download",
    old="Templates of each distribution: only busybox, download, local and oci are left.",
    source="LXC, templates/",
    guide=("LXC-5",),
    roles=CONTAINERS,
)
def templates(facts: Facts) -> Finding:
    place = "/usr/share/lxc/templates"
    found = [name.removeprefix("lxc-") for name in facts.source.names(place) if name.startswith("lxc-")]
    if found:
        return passed(place, " ".join(found))
    if not facts.source.has("/usr/share/lxc"):
        return not_applicable(place, "there is no LXC")
    return note(place, "no container can be made by lxc-create", "none")


@TABLE.row(
    "lxc.subids",
    "users have ids to give to containers",
    reads="/etc/subuid, /etc/subgid",
    worst=Outcome.WARN,
    why="Containers of users map their ids to a range of the host's; without one they do not start.",
    next="serai host setup lxc --user NAME",
    undo="serai host undo setup-lxc",
    source="subuid(5)",
    guide=("LXC-4",),
    roles=CONTAINERS,
)
def subids(facts: Facts) -> Finding:
    seen = [facts.read(path) for path in ("/etc/subuid", "/etc/subgid")]
    empty = [each for each in seen if not each.text.strip()]
    return (
        warn(empty[0], "containers of users do not start")
        if empty
        else passed(seen[0], f"{len(seen[0].lines)} ranges")
    )


@TABLE.row(
    "podman.id-programs",
    "users' containers can be given their ids",
    reads="/usr/bin/newuidmap, /usr/bin/newgidmap",
    worst=Outcome.WARN,
    why="podman and LXC without root map ids by these two programs.",
    next="serai host setup podman",
    source="newuidmap(1), podman(1): rootless mode; lxc-usernsexec(1)",
    roles=CONTAINERS,
)
def id_programs(facts: Facts) -> Finding:
    if not facts.source.program("podman") and not facts.source.program("lxc-start"):
        return not_applicable("/usr/bin/podman", "there is neither podman nor LXC")
    found = {name: facts.source.program(name) for name in ("newuidmap", "newgidmap")}
    lost = [name for name, path in found.items() if not path]
    if lost:
        return warn("/usr/bin", "containers of users do not start", f"no {' '.join(lost)}")
    plain = [name for name, path in found.items() if not _is_setuid(facts, path)]
    if plain:
        why = "it works with the capabilities setuid and setgid alone: getcap shows them"
        return note(found[plain[0]], why, f"{' '.join(plain)}: not setuid-root")
    return passed("/usr/bin", "there")


def _is_setuid(facts: Facts, path: str) -> bool:
    """Whether a program runs as its owner; where nobody can be asked, as of a tree, it is taken for it."""
    try:
        return bool(int(facts.source.ask("owner", path).split()[-1], 8) & stat.S_ISUID)
    except Unknown:
        return True
