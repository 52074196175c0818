"""Control groups of this host, and what a container is limited to in the words of their files.

Source: Documentation/admin-guide/cgroup-v1, cgroup-v2.rst; cgroups(7).
"""

from __future__ import annotations

from pathlib import Path

from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.memory import Memory

MOUNTS = "/proc/self/mounts"
CONTROLLERS = ("cpu", "cpuset", "memory", "devices", "freezer", "pids", "blkio", "hugetlb")
PERIOD = 100_000
"""Microseconds of one CFS period. Source: Documentation/scheduler/sched-bwc.rst."""


def cgroups(mounts: str = MOUNTS) -> dict[str, int]:
    """Controller -> 1 or 2, of this host. Both at once is what systemd calls hybrid. Source: cgroups(7)."""
    found: dict[str, int] = {}
    for line in Path(mounts).read_text().splitlines():
        fields = line.split()
        if len(fields) < 4:
            continue
        if fields[2] == "cgroup":
            names = fields[3].split(",")
            found |= {name: 1 for name in names if name in CONTROLLERS}
        elif fields[2] == "cgroup2":
            try:
                there = (Path(fields[1]) / "cgroup.controllers").read_text().split()
            except OSError:
                continue
            found |= {name: 2 for name in (*there, "devices") if name not in found}
    return found


def memory_limit(machine: Machine) -> int | None:
    """Bytes; None: none is stated, and there is no limit."""
    stated = machine.container.memory if machine.container else None
    if stated is not None:
        return stated
    return machine.memory.size if machine.memory.size != Memory().size else None


def cpu_limit(machine: Machine) -> float | None:
    """CPUs, parts of one too; None: no limit."""
    stated = machine.container.cpus if machine.container else None
    if stated is not None:
        return stated
    return float(machine.cpu.total) if machine.cpu != type(machine.cpu)() else None


def limits(machine: Machine, cgroups: dict[str, int]) -> dict[str, str]:
    """File of the control group -> its value, by what the host's hierarchies call it."""
    box = machine.container or Container()
    found: dict[str, str] = {}
    memory, cpus = memory_limit(machine), cpu_limit(machine)
    first = cgroups.get("memory") == 1
    if memory is not None:
        found["memory.limit_in_bytes" if first else "memory.max"] = str(memory)
        if box.memory_swap is not None:
            swap = box.memory_swap if first else max(0, box.memory_swap - memory)
            found["memory.memsw.limit_in_bytes" if first else "memory.swap.max"] = str(swap)
    if box.memory_reservation is not None:
        found["memory.soft_limit_in_bytes" if first else "memory.low"] = str(box.memory_reservation)
    if cpus is not None:
        if cgroups.get("cpu") == 1:
            found |= {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(int(cpus * PERIOD))}
        else:
            found["cpu.max"] = f"{int(cpus * PERIOD)} {PERIOD}"
    if box.cpu_shares is not None:
        if cgroups.get("cpu") == 1:
            found["cpu.shares"] = str(box.cpu_shares)
        else:  # from 2…262144 to 1…10000, as systemd and runc do it
            found["cpu.weight"] = str(1 + (box.cpu_shares - 2) * 9999 // 262142)
    if cpuset := box.cpuset or machine.cpu.pin.cpus:
        found["cpuset.cpus"] = cpuset
    if box.pids is not None:
        found["pids.max"] = str(box.pids)
    return found
