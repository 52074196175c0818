"""Hosts of containers: LXC, Docker, podman."""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.lines import AddLines
from serai.host.changes.service import Service
from serai.host.changes.user import lines
from serai.host.facts.host import Facts
from serai.host.setup.asked import Asked, installed, is_there, membership
from serai.host.setup.offer import family_of
from serai.host.tunings.tuning import Planned

LXC_NET = ("/usr/libexec/lxc/lxc-net", "/usr/lib/x86_64-linux-gnu/lxc/lxc-net", "/usr/lib/lxc/lxc-net")
"""Where distributions have the program that makes lxcbr0."""
SHARE = 65536
"""Ids that one user gives to containers. Source: useradd(8), SUB_UID_COUNT."""
FIRST = 100000
"""Source: useradd(8), SUB_UID_MIN."""


def lxc(facts: Facts, asked: Asked) -> Planned:
    program = next((place for place in LXC_NET if facts.source.has(place)), LXC_NET[0])
    bridge = "/sys/class/net/lxcbr0"
    net = Service(unit="lxc-net.service", shows=bridge, start=(program, "start"), stop=(program, "stop"))
    changes: tuple[Change, ...] = (installed(facts, "lxc", data=("/var/lib/lxc",)),)
    if family_of(facts.system) in ("arch", "suse"):  # elsewhere the package says so itself
        text = '# Written by serai host setup lxc.\nUSE_LXC_BRIDGE="true"\n'
        changes = (*changes, WriteFile(path="/etc/default/lxc-net", text=text))
    return Planned(changes=(*changes, net, *subids(facts, asked)))


def docker(facts: Facts, asked: Asked) -> Planned:
    data = ("/var/lib/docker/containers", "/var/lib/docker/image/overlay2/imagedb/content/sha256")
    daemon = Service(unit="docker.service", process="dockerd", start=("dockerd",), detach=True)
    joined = membership(facts, asked, "docker")
    notes = (f"who is in the group docker is root on this host: {asked.user} will be",) if joined else ()
    return Planned(changes=(installed(facts, "docker", data=data), daemon, *joined), notes=notes)


def podman(facts: Facts, asked: Asked) -> Planned:
    data = ("/var/lib/containers/storage/overlay-containers",)
    note = "podman needs no daemon and no group: each user has containers of their own"
    return Planned(changes=(installed(facts, "podman", data=data), *subids(facts, asked)), notes=(note,))


def subids(facts: Facts, asked: Asked) -> tuple[Change, ...]:
    """A range of ids for the user's containers, behind all that are given already. Source: subuid(5)."""
    reach = facts.source.reach
    if not is_there(facts, asked.user):
        return ()
    changes: list[Change] = []
    for path in ("/etc/subuid", "/etc/subgid"):
        rows = [words for row in lines(reach, path) if len(words := row.split(":")) == 3]
        if any(words[0] == asked.user for words in rows):
            continue
        ends = [int(start) + int(count) for _, start, count in rows if (start + count).isdigit()]
        start = max([FIRST, *ends])
        changes.append(AddLines(path=path, lines=(f"{asked.user}:{start}:{SHARE}",)))
    return tuple(changes)
