"""What the host has that a machine's spec may ask for: read from /proc, /sys and /dev, as far as it asks."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from serai.spec.machine import Machine
from serai.util.cpuset import numbers
from serai.util.units import KIB

ROOT = Path("/")


class HugePages(msgspec.Struct, frozen=True):
    """Pages of one size: `size` in bytes, then how many there are and how many nobody has taken."""

    size: int
    total: int
    free: int


class HostFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Values only, so that what is decided from them can be tested. What was not asked for is None or empty."""

    accel: str = ""
    """`kvm` or `tcg`: what guests will run under; empty: not known."""
    accel_note: str = ""
    """Why it is not KVM, a sentence."""
    root: bool = True
    """QEMU is started by root, or by a daemon that is."""
    online: frozenset[int] | None = None
    """CPUs."""
    nodes: frozenset[int] | None = None
    """NUMA nodes."""
    hugepages: tuple[HugePages, ...] | None = None
    default_hugepage: int = 0
    """Bytes; 0: the kernel has no huge pages."""
    vhost_net: bool | None = None
    memlock: int | None = None
    """Bytes that the process may lock; None: no limit."""
    uses: dict[str, str] = {}
    """Path of a disk, as the spec has it -> what the host uses that device for, a sentence's end."""


def read_host_facts(
    machine: Machine,
    root: Path = ROOT,
    *,
    accel: str = "",
    accel_note: str = "",
    privileged: bool | None = None,
) -> HostFacts:
    """The facts that this machine's spec asks for. `root` is where the host's files are.

    `privileged`: whether root starts QEMU; None: whether this process is root.
    """
    asks = _asks(machine)
    return HostFacts(
        accel=accel,
        accel_note=accel_note,
        root=os.geteuid() == 0 if privileged is None else privileged,
        online=_list(root / "sys/devices/system/cpu/online") if "cpus" in asks else None,
        nodes=_list(root / "sys/devices/system/node/online") if "nodes" in asks else None,
        hugepages=read_hugepages(root) if "hugepages" in asks else None,
        default_hugepage=_default_hugepage(root) if "hugepages" in asks else 0,
        vhost_net=(root / "dev/vhost-net").exists() if "vhost" in asks else None,
        memlock=_memlock() if "memlock" in asks else None,
        uses={path: use for path in _devices(machine) if (use := used_for(path, root))},
    )


def _asks(machine: Machine) -> set[str]:
    """What must be read. A plain machine asks for nothing."""
    pin, numa = machine.cpu.pin, machine.numa
    nics = [nic.private or nic.public or nic.uplink for nic in machine.networks]
    wanted = {
        "cpus": bool(pin.cpus or pin.each or pin.emulator or pin.iothreads),
        "nodes": bool(numa.host_nodes or any(cell.host_nodes for cell in numa.cells)),
        "hugepages": machine.memory.hugepages is not None,
        "vhost": any(nic.vhost for nic in nics if nic),
        "memlock": machine.memory.locked or bool(machine.devices.pci or machine.devices.mdev),
    }
    return {name for name, asked in wanted.items() if asked}


def _devices(machine: Machine) -> list[str]:
    return [disk.path for disk in machine.disks.values() if disk.path and disk.path.startswith("/dev/")]


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _list(path: Path) -> frozenset[int] | None:
    text = _text(path)
    return frozenset(numbers(text)) if text else None


def read_hugepages(root: Path) -> tuple[HugePages, ...]:
    """Source: Linux, Documentation/admin-guide/mm/hugetlbpage.rst."""
    found = []
    for path in sorted((root / "sys/kernel/mm/hugepages").glob("hugepages-*kB")):
        size = int(path.name.removeprefix("hugepages-").removesuffix("kB")) * KIB
        total, free = (int(_text(path / name) or 0) for name in ("nr_hugepages", "free_hugepages"))
        found.append(HugePages(size, total, free))
    return tuple(found)


def _default_hugepage(root: Path) -> int:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("Hugepagesize:"):
            return int(line.split()[1]) * KIB
    return 0


def _memlock() -> int | None:
    import resource

    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    return None if limit == resource.RLIM_INFINITY else limit


def used_for(path: str, root: Path = ROOT) -> str:
    """`mounted at /srv`, `swap`, `its partition sdb1 is mounted at /srv`, `part of dm-0`; empty when it is free.

    A device that is not there is not in use either. Source: proc(5) mountinfo and swaps; sysfs `holders`.
    """
    device = root / path.lstrip("/")
    try:
        name = device.resolve().name
        if root == ROOT and not stat.S_ISBLK(device.stat().st_mode):
            return ""
    except OSError:
        return ""
    if use := _use(name, root):
        return use
    for partition in sorted((root / "sys/class/block" / name).glob(f"{name}*")):
        if (partition / "partition").exists() and (use := _use(partition.name, root)):
            return f"its partition {partition.name} is {use}"
    return ""


def _use(name: str, root: Path) -> str:
    """Of one block device by its kernel's name: mounts are told by device number, as a mount may name a link."""
    entry = root / "sys/class/block" / name
    number = _text(entry / "dev")
    for line in _text(root / "proc/self/mountinfo").splitlines():
        words = line.split()
        if len(words) > 4 and number and words[2] == number:
            return f"mounted at {words[4]}"
    for line in _text(root / "proc/swaps").splitlines()[1:]:
        if line.split() and Path(line.split()[0]).name == name:
            return "swap"
    holders = sorted(each.name for each in (entry / "holders").glob("*"))
    return f"part of {', '.join(holders)}" if holders else ""
