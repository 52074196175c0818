"""How each changed key would be applied to a domain of xl's: live, at a restart, by a new one, or not. Pure."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import ALIVE, Effect, Observed, Verdict
from serai.providers.key_names import disk_of
from serai.providers.xen.gather import ROOT
from serai.spec.disk import DiskDevice
from serai.spec.machine import Machine
from serai.util.units import format_size

LIVE = Verdict(Effect.LIVE)
FIRST_BOOT = "its login is made once, at the first boot"
TABLE: dict[str, Verdict] = {
    "name": Verdict(Effect.IMMUTABLE, "it is what the machine is known by"),
    "provider": Verdict(Effect.IMMUTABLE, "it is what the machine is known by"),
    "image": Verdict(Effect.RECREATE, "its disks were made from another one"),
    "arch": Verdict(Effect.RECREATE, "its disks were made for another one"),
    "user": Verdict(Effect.RECREATE, FIRST_BOOT),
    "guest": Verdict(Effect.LIVE, "over SSH"),
    **dict.fromkeys(["provision", "after", "ready", "hooks", "env", "autostart", "primary", "keep", "ssh"], LIVE),
    **dict.fromkeys(["aliases", "communicator", "halt_timeout", "synced_folders", "providers"], LIVE),
    "cpu.pin": Verdict(Effect.LIVE, "its virtual CPUs are moved (xl vcpu-pin)"),
    "providers.xen": Verdict(Effect.RESTART, "xl reads it when it makes the domain"),
    "providers.xen.host": Verdict(
        Effect.IMMUTABLE,
        "its disks are on the other dom0, and xl migrate moves it only between two that share its storage: "
        "destroy it there first",
    ),
    "providers.xen.via": Verdict(
        Effect.IMMUTABLE, "xl's and libvirt's domains are inventories apart: destroy it first"
    ),
    "providers.xen.weight": Verdict(Effect.LIVE, "its share of the CPUs is set (xl sched-credit2)"),
    "providers.xen.cap": Verdict(Effect.LIVE, "its limit of the CPUs is set (xl sched-credit2)"),
    "providers.xen.autostart": Verdict(Effect.LIVE, "its link in /etc/xen/auto, or libvirt's flag"),
    "providers.xen.uri": Verdict(Effect.IMMUTABLE, "its disks are on the other dom0: destroy it there first"),
}
"""Key -> verdict; a key that is not there has that of the nearest one above it, else it waits for a restart."""


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` would be applied."""
    parts = key.split(".")
    if parts[0] == "disks":
        return _soften(observed, _disk(machine, observed, key, old, new))
    if parts[0] == "memory":
        return _soften(observed, _memory(observed, parts[1:], new))
    if parts[:2] in (["cpu"], ["cpu", "count"]):
        return _soften(observed, _cpu(machine, observed, new))
    for length in range(len(parts), 0, -1):
        if found := TABLE.get(".".join(parts[:length])):
            return _soften(observed, found)
    return _soften(observed, Verdict(Effect.RESTART, "the guest learns it when it boots"))


def _soften(observed: Observed, found: Verdict) -> Verdict:
    """A machine that is off needs no restart: what it needs is taken up at its next start."""
    if found.effect is Effect.RESTART and observed.state not in ALIVE:
        return Verdict(Effect.LIVE, "it is off: used at its next start")
    return found


def _memory(observed: Observed, rest: list[str], new: Any) -> Verdict:
    was = observed.applied.memory if observed.applied else None
    if rest != ["size"] or was is None or not isinstance(new, int):
        return Verdict(Effect.RESTART, "the guest's memory is laid out when it starts")
    if new > max(was.max or 0, was.size):
        return Verdict(Effect.RESTART, "it was started without room to grow (memory.max)")
    return Verdict(Effect.LIVE, "its balloon is set (xl mem-set)")


def _cpu(machine: Machine, observed: Observed, new: Any) -> Verdict:
    was = observed.applied.cpu if observed.applied else None
    if was is None or machine.cpu.total > max(was.max or 0, was.total):
        return Verdict(Effect.RESTART, "it was started without spare CPUs (cpu.max)")
    same = machine.cpu.nested == was.nested and machine.cpu.features == was.features and machine.cpu.max == was.max
    if not same:
        return Verdict(Effect.RESTART, "the guest's processors are fixed when it starts")
    return Verdict(Effect.LIVE, "its virtual CPUs are plugged or unplugged (xl vcpu-set)")


def _disk(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    name, field = disk_of(key, machine, observed.applied)
    spec = machine.disks.get(name)
    was = observed.applied.disks.get(name) if observed.applied else None
    if name != ROOT and was is None and spec is not None:
        return Verdict(Effect.RESTART, "a disk is attached when it starts")
    if name != ROOT and spec is None and was is not None:
        stays = "your file stays" if was.path else "its file stays until destroy"
        return Verdict(Effect.RESTART, f"it is detached at a restart; {stays}")
    if field == "size":
        return _size(spec.path if spec else None, old, new)
    if field == "preallocation":
        return Verdict(Effect.LIVE, "it is made already: for the next one")
    if field in ("format", "path", "pool") and not (spec and spec.device is DiskDevice.CDROM):
        return Verdict(Effect.RECREATE, "it would be another file")
    if field:
        return Verdict(Effect.RESTART, "its backend opens a disk this way when it starts")
    if name == ROOT and not machine.image:
        return Verdict(Effect.RECREATE, "the root disk is what the machine is made of")
    return LIVE  # one of the two states defaults alone; what the other states has keys of its own


def _size(path: str | None, old: Any, new: Any) -> Verdict:
    if path:
        return Verdict(Effect.IMMUTABLE, f"{path} is your own file: resize it with qemu-img")
    if isinstance(old, int) and (not isinstance(new, int) or new < old):
        to = format_size(new) if isinstance(new, int) else "its default"
        return Verdict(Effect.IMMUTABLE, f"shrinking from {format_size(old)} to {to} would cut off data")
    return Verdict(Effect.RESTART, "a backend of Xen's sees a new size when it starts")
