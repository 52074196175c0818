"""Checks of what this host is built and set up as: in a container, its kernel's options, the profile of tuned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Reading
from serai.host.facts.tuned import ACTIVE
from serai.host.wants import Role

TABLE = Table()
CONTAINERS = (Role.CONTAINER_HOST,)
SIGNS = {"/.dockerenv": "docker", "/run/.containerenv": "podman"}
"""Files that an engine leaves in a container."""


@TABLE.row(
    "sys.container",
    "this host is no container itself",
    reads="/.dockerenv, /run/.containerenv, /run/systemd/container, /proc/1/environ",
    worst=Outcome.NOTE,
    why="In a container the kernel, its modules and most of its settings are the outer host's: what is tuned here "
    "is refused, or changes that host.",
    next="run serai host check on the outer host, too",
    source="systemd, container interface: $container; docker and podman, their marks",
    guide=("NEST-7",),
)
def container(facts: Facts) -> Finding:
    for path, name in SIGNS.items():
        if facts.source.reach.has(path):  # the one lies at the root, where a tree holds no files
            return note(path, "the kernel is the outer host's", name)
    told = facts.read("/run/systemd/container")
    if told.there:
        return note(told, "the kernel is the outer host's")
    first = facts.read("/proc/1/environ")
    if found := re.search(r"(?:^|\0)container=([^\0]+)", first.text):
        return note(first, "the kernel is the outer host's", found[1])
    return passed("/run/systemd/container", "no sign of one")


NEEDED = {
    "NAMESPACES": "namespaces", "UTS_NS": "host names", "IPC_NS": "IPC", "PID_NS": "processes",
    "NET_NS": "networks", "CGROUPS": "cgroups",
}  # fmt: skip
"""Without these there are no containers."""
WANTED = {
    "USER_NS": "containers of users", "CGROUP_DEVICE": "limits on devices", "CGROUP_SCHED": "shares of CPU",
    "CGROUP_CPUACCT": "counts of CPU", "CPUSETS": "sets of CPUs", "MEMCG": "limits on memory",
    "VETH": "cards of containers", "MACVLAN": "macvlan cards", "VLAN_8021Q": "VLANs", "BRIDGE": "bridges",
    "NETFILTER_ADVANCED": "filters", "IP_NF_TARGET_MASQUERADE": "NAT", "IP6_NF_TARGET_MASQUERADE": "NAT of IPv6",
    "NETFILTER_XT_TARGET_CHECKSUM": "checksums of DHCP", "NETFILTER_XT_MATCH_COMMENT": "rules with comments",
    "FUSE_FS": "lxcfs", "CHECKPOINT_RESTORE": "checkpoints", "FHANDLE": "checkpoints", "EVENTFD": "checkpoints",
    "EPOLL": "checkpoints", "UNIX_DIAG": "checkpoints", "INET_DIAG": "checkpoints", "PACKET_DIAG": "checkpoints",
    "NETLINK_DIAG": "checkpoints",
}  # fmt: skip
"""Option -> what is missing without it. Source: LXC, lxc-checkconfig; Linux, Kconfig files."""


@TABLE.row(
    "lxc.kernel",
    "the kernel was built for containers",
    reads="/proc/config.gz, /boot/config-*",
    worst=Outcome.FAIL,
    why="What was not built in, nor as a module, cannot be had without another kernel.",
    next="a kernel of the distribution, not one for a special purpose",
    reboot="reboot",
    source="LXC, lxc-checkconfig",
    guide=("LXC-4",),
    roles=CONTAINERS,
)
def kernel(facts: Facts) -> Finding:
    path, options = facts.kernel_config.found[0], facts.kernel_config.options
    for table, judged in ((NEEDED, fail), (WANTED, note)):
        lost = {name: what for name, what in table.items() if options.get(name, "n") == "n"}
        if lost:
            why = f"without {', '.join(dict.fromkeys(lost.values()))}"
            return judged(path, why, " ".join(f"no {name}" for name in lost))
    return passed(path, f"{len(NEEDED) + len(WANTED)} options")


@TABLE.row(
    "lxc.fuse",
    "containers can have file systems of their own processes (FUSE)",
    reads="/dev/fuse, /sys/fs/fuse",
    worst=Outcome.NOTE,
    why="lxcfs shows a container its own memory and CPUs, podman without root has its layers: both by FUSE.",
    next="modprobe fuse; fuse in /etc/modules-load.d/fuse.conf keeps it",
    undo="remove that file",
    source="LXC, lxcfs; fuse(4)",
    guide=("LXC-4",),
    roles=CONTAINERS,
)
def fuse(facts: Facts) -> Finding:
    if not facts.source.has("/sys/fs/fuse/connections"):
        return note("/sys/fs/fuse/connections", "lxcfs does not run", "not there")
    if not facts.source.has("/dev/fuse"):
        return note("/dev/fuse", "nobody can mount by it", "not there")
    return passed("/sys/fs/fuse/connections", "there")


@TABLE.row(
    "sys.tuned-values",
    "the kernel has what the profile of tuned says",
    reads=f"{ACTIVE}, /usr/lib/tuned/*/tuned.conf, /proc/sys, /sys",
    worst=Outcome.WARN,
    why="Somebody else set a value after tuned did: a file of sysctl.d, a script, or a hand.",
    next="tuned-adm verify names it, too; tuned-adm profile PROFILE sets it again",
    verify="tuned-adm verify",
    when_not="A value that you set on purpose: put it into a profile of your own.",
    source="tuned, plugins: sysctl, sysfs, vm, cpu",
    guide=("MEM-10",),
)
def tuned_values(facts: Facts) -> Finding:
    active = facts.tuned.active
    if not active.text.strip():
        return not_applicable(ACTIVE, "no profile of tuned is active")
    compared = [(seen, wanted) for seen, wanted in _wanted(facts) if seen.there]
    others = [(seen, wanted) for seen, wanted in compared if not _is(seen.text, wanted)]
    if others:
        told = [f"{_name(seen)} is {seen.value}, not {wanted}" for seen, wanted in others]
        return warn(others[0][0], f"{active.text} says otherwise", "; ".join(told))
    return passed(ACTIVE, f"{active.text}: {len(compared)} values")


def _wanted(facts: Facts) -> Iterator[tuple[Reading, str]]:
    """What can be read back, and what the profile says; variables and functions of tuned are not worked out."""
    for (section, key), wanted in facts.tuned.settings.items():
        wanted = wanted.partition(" #")[0]
        if "$" in wanted or not wanted.strip() or wanted.strip().endswith("%"):
            continue
        if section == "sysctl":
            yield facts.sysctl(key), wanted
        elif section == "sysfs" and key.startswith("/") and "*" not in key:
            yield facts.read(key), wanted
        elif (section, key) in (("vm", "transparent_hugepages"), ("vm", "transparent_hugepage")):
            yield _word(facts.memory.thp("enabled")), wanted
        elif (section, key) == ("cpu", "governor"):
            yield facts.read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), wanted


def _name(seen: Reading) -> str:
    """`vm.swappiness`; of what is no sysctl, its file."""
    return (
        seen.path.removeprefix("/proc/sys/").replace("/", ".") if seen.path.startswith("/proc/sys/") else seen.path
    )


def _word(seen: tuple[Reading, str]) -> Reading:
    return Reading(seen[0].path, seen[1], seen[0].there)


def _is(now: str, wanted: str) -> bool:
    """Whether a value is the wanted one: `=>N` and `>N` are satisfied by more, `a|b` by any of them."""
    wanted = wanted.strip().strip('"')
    if wanted.startswith((">", "=>")) and now.strip().isdigit():
        least = wanted.lstrip("=>").strip()
        return least.isdigit() and int(now) >= int(least)
    return now.split() in [each.split() for each in wanted.split("|")]
