"""Control groups of containers: what lives in them, and those that serai makes where no systemd does.

systemd-nspawn puts itself into `supervisor` and the container into `payload`, below the group that it is started
in: that of its unit, or one of serai's. Source: systemd, src/nspawn/nspawn-cgroup.c, create_subcgroup.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from serai.providers import control_groups
from serai.providers.nspawn.place import by_systemd, unit_of
from serai.util.errors import Code, SeraiError

SLICE = "machine.slice"
OWN = "serai"
INSIDE = ".serai"
"""Below `payload`, for what serai runs in it: where systemd hands on controllers, no group above may hold any."""
CONTROLLERS = ("cpu", "cpuset", "memory", "pids", "devices")
BUSY_BUDGET = 2.0
"""Seconds for groups whose last process has ended."""
HINT = "mount -t cgroup2 none /sys/fs/cgroup/unified"


def mounts(table: str = "") -> tuple[str, dict[str, str]]:
    """(where systemd keeps its groups, name of a hierarchy of version 1 -> where).

    The former is version 2, also where it limits nothing; `name=systemd` of version 1 on hosts without it.
    """
    second = ""
    first: dict[str, str] = {}
    with open(table or control_groups.MOUNTS) as file:  # noqa: PTH123 - the path of `status`
        for line in file:
            fields = line.split()
            if fields[2] == "cgroup2":
                second = second or fields[1]
            elif fields[2] == "cgroup":
                for word in fields[3].split(","):
                    if word in CONTROLLERS or word == "name=systemd":
                        first.setdefault(word, fields[1])
    return second or first.get("name=systemd", ""), first


def below(machine: str) -> str:
    """The group of a container, below where version 2 is mounted."""
    return f"{SLICE}/{unit_of(machine)}" if by_systemd() else f"{OWN}/{machine}"


def home(machine: str, second: str = "") -> str:
    """Where that is. Raises Code.MISSING when there is no hierarchy for it."""
    second = second or mounts()[0]
    if not second:
        raise SeraiError(Code.MISSING, "this host has no control groups of version 2", hint=HINT)
    return f"{second}/{below(machine)}"


def supervisor(group: str) -> int:
    """The process systemd-nspawn itself; 0: it does not run."""
    return next(iter(_processes(f"{group}/supervisor")), 0)


def leader(group: str) -> int:
    """The container's first process, on the host; 0: there is none (yet)."""
    parent = supervisor(group)
    if not parent:
        return 0
    with suppress(OSError), open(f"/proc/{parent}/task/{parent}/children") as file:  # noqa: PTH123
        return int((file.read().split() or ["0"])[0])
    return 0


def _processes(group: str) -> list[int]:
    try:
        with open(f"{group}/cgroup.procs") as file:  # noqa: PTH123 - the path of `status`
            return [int(line) for line in file]
    except OSError:
        return []


def is_frozen(group: str) -> bool:
    try:
        with open(f"{group}/payload/cgroup.freeze") as file:  # noqa: PTH123 - the path of `status`
            return file.read().strip() == "1"
    except OSError:
        return False


def freeze(group: str, *, on: bool) -> None:
    """All of its processes. Raises OSError."""
    Path(group, "payload", "cgroup.freeze").write_text("1" if on else "0")


def make(machine: str) -> list[Path]:
    """serai's own groups of a container, in each hierarchy: the one of version 2 is the first."""
    first_of_all = home(machine)
    second, first = mounts()
    _hand_on(Path(second))
    found = [Path(first_of_all), *(Path(place) / OWN / machine for place in dict.fromkeys(first.values()))]
    for group in found:
        group.mkdir(parents=True, exist_ok=True)
    _hand_on(Path(second) / OWN)
    if "cpuset" in first:  # a new group of version 1 has neither CPUs nor memory until it is told
        for name in ("cpuset.cpus", "cpuset.mems"):
            top = Path(first["cpuset"])
            for group in (top / OWN, top / OWN / machine):
                if not (group / name).read_text().strip():
                    (group / name).write_text((group.parent / name).read_text())
    return found


def _hand_on(group: Path) -> None:
    """Let groups below it have its controllers, as far as the kernel lets it."""
    with suppress(OSError):
        there = (group / "cgroup.controllers").read_text().split()
        for name in CONTROLLERS:
            if name in there:
                with suppress(OSError):  # processes live in it: limits that need this are refused where written
                    (group / "cgroup.subtree_control").write_text(f"+{name}")


def write(machine: str, values: dict[str, str]) -> None:
    """Files of its group -> their values, in the hierarchy that has them. Raises Code.FAILED with the reason."""
    second, first = mounts()
    for name, value in values.items():
        place = first.get(name.partition(".")[0], "")
        group = Path(place) / OWN / machine if place else Path(second) / below(machine)
        try:
            (group / name).write_text(value)
        except OSError as error:
            raise SeraiError(
                Code.FAILED,
                f"{machine}: its limit {name} = {value} is refused: {error.strerror}",
                hint="serai host check shows which control groups there are",
            ) from error


def end_all(group: str) -> None:
    """Kill what lives in it though its supervisor does not: of one that was killed from outside."""
    for place in Path(group).rglob("cgroup.procs"):
        for pid in _processes(str(place.parent)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def remove(machine: str) -> None:
    """All of its groups, from below; the kernel may need a moment for what has just ended in them."""
    second, first = mounts()
    tops = [Path(place) / OWN / machine for place in {second, *first.values()} - {""}]
    left, until = tops, time.monotonic() + BUSY_BUDGET
    while (left := [top for top in left if not _gone(top)]) and time.monotonic() < until:
        select.select([], [], [], 0.02)
    for top in tops:
        with suppress(OSError):  # others have theirs in it
            top.parent.rmdir()


def _gone(group: Path) -> bool:
    for each in (*sorted(group.rglob("*/"), reverse=True), group):
        with suppress(OSError):  # not there, or somebody lives in it
            each.rmdir()
    return not group.exists()


def joined(machine: str) -> Iterator[str]:
    """Files that a process writes itself into, to be limited as the container is."""
    second, first = mounts()
    inside = Path(second) / below(machine) / "payload" / INSIDE
    with suppress(OSError):
        inside.mkdir(exist_ok=True)
        yield f"{inside}/cgroup.procs"
    for name, place in first.items():
        group = f"{place}/{below(machine)}"
        if name != "name=systemd" and os.path.isdir(group):  # noqa: PTH112
            yield f"{group}/cgroup.procs"
