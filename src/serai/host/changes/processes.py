"""Who runs on a host, by the files of /proc: which programs, and who holds a device."""

from __future__ import annotations

from serai.host.reach.contract import Reach

GUESTS = ("qemu-system", "qemu-kvm", "kvm")
"""Beginnings of the names of programs that run a guest, as the kernel has them."""


def running(reach: Reach) -> dict[str, str]:
    """Process id -> name, of 15 bytes at most."""
    found = {}
    for pid in reach.names("/proc") or ():
        if pid.isdigit() and (comm := reach.read(f"/proc/{pid}/comm")) is not None:
            found[pid] = comm.decode(errors="replace").strip()
    return found


def runs(reach: Reach, name: str) -> bool:
    return name[:15] in running(reach).values()


def guests(reach: Reach) -> list[str]:
    """`qemu-system-x86 (4711)`, one for each; kernel threads of a guest, kvm-pit/4711, are none."""
    return [
        f"{name} ({pid})"
        for pid, name in running(reach).items()
        if name.startswith(GUESTS[:2]) or name == GUESTS[2]
    ]


def holding(reach: Reach, device: str) -> list[str]:
    """Processes that have a device open: `qemu-system-x86 (4711)`. Raises OSError for a user without rights."""
    found = []
    for pid, name in running(reach).items():
        place = f"/proc/{pid}/fd"
        if any(reach.target(f"{place}/{number}") == device for number in reach.names(place) or ()):
            found.append(f"{name} ({pid})")
    return found


def using(reach: Reach, module: str, device: str) -> list[str]:
    """Who keeps a module loaded: nobody where the kernel counts no user; else those who hold its device."""
    if (reach.read(f"/sys/module/{module}/refcnt") or b"").strip() == b"0":
        return []
    return holding(reach, device)
