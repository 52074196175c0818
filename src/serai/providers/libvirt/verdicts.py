"""How each changed key would be applied to a domain: live, at a restart, by a new machine, or not at all.

Every key of the spec has its row in a table, or a rule of its own where the answer depends on values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from serai.providers.contract import ALIVE, Effect, Observed, Verdict
from serai.providers.key_names import disk_of
from serai.spec.disk import DiskDevice
from serai.spec.machine import Machine
from serai.util.units import format_size

LIVE = Verdict(Effect.LIVE)
FIRST_BOOT = "its login is made once, at the first boot"
FIXED_CPUS = "the guest's processors are fixed when it starts"
LAID_OUT = "the guest's memory is laid out when it starts"
OPENED = "QEMU opens a disk this way when it starts"

TABLE: dict[str, Verdict] = {
    "name": Verdict(Effect.IMMUTABLE, "it is what the machine is known by"),
    "provider": Verdict(Effect.IMMUTABLE, "it is what the machine is known by"),
    "image": Verdict(Effect.RECREATE, "its disks were made from another one"),
    "arch": Verdict(Effect.RECREATE, "its disks were made for another one"),
    "container": Verdict(Effect.RECREATE, "a container is no virtual machine"),
    "firmware": Verdict(Effect.RECREATE, "its disks boot by the other one"),
    "fork": Verdict(Effect.RECREATE, "its memory and disks were another machine's"),
    "secure_boot": Verdict(Effect.RECREATE, "its firmware's variables were made for the other one"),
    "user": Verdict(Effect.RECREATE, FIRST_BOOT),
    "guest": Verdict(Effect.LIVE, "over SSH"),
    "hostname": Verdict(Effect.RESTART, "the guest learns it when it boots"),
    # Only serai reads these: the guest does not see them; `aliases` are told to its peers, over SSH.
    **dict.fromkeys(["provision", "after", "ready", "hooks", "env", "autostart", "primary", "keep", "ssh"], LIVE),
    **dict.fromkeys(["aliases", "communicator", "halt_timeout", "warm"], LIVE),
    "boot": Verdict(Effect.RESTART, "the firmware reads it when it starts"),
    "clock": Verdict(Effect.RESTART, "its clocks are part of the board that it starts with"),
    "hyperv": Verdict(Effect.RESTART, FIXED_CPUS),
    "gpu": Verdict(Effect.RESTART, FIXED_CPUS),
    "numa": Verdict(Effect.RESTART, LAID_OUT),
    "cpu": Verdict(Effect.RESTART, FIXED_CPUS),
    "cpu.pin.scheduler": Verdict(Effect.RESTART, "libvirt sets the scheduler of its threads when it starts"),
    "cpu.pin.priority": Verdict(Effect.RESTART, "libvirt sets the scheduler of its threads when it starts"),
    "memory": Verdict(Effect.RESTART, LAID_OUT),
    "memory.balloon": Verdict(Effect.RESTART, "the balloon is plugged when it starts"),
    "memory.free_page_reporting": Verdict(Effect.RESTART, "the balloon is plugged when it starts"),
    "memory.deflate_on_oom": Verdict(Effect.RESTART, "the balloon is plugged when it starts"),
    "memory.hard_limit": Verdict(Effect.RESTART, "libvirt limits its process when it starts"),
    "devices": Verdict(Effect.RESTART, "it is plugged when the machine starts"),
    "devices.pci": Verdict(Effect.RESTART, "a device of several functions is only given to a guest that starts"),
    "devices.usb": LIVE,
    "providers": LIVE,
    "providers.libvirt": Verdict(Effect.RESTART, "the domain is started with it"),
    "providers.libvirt.uri": Verdict(
        Effect.IMMUTABLE, "its disks are with the other libvirtd: destroy it there, or keep the URI"
    ),
    "providers.libvirt.autostart": LIVE,
    "providers.libvirt.title": LIVE,
    "providers.libvirt.pool": Verdict(Effect.LIVE, "for disks that are made from now on"),
}
"""Key -> verdict; a key that is not there has that of the nearest one above it."""

DISK_FIELDS: dict[str, Verdict] = {
    "format": Verdict(Effect.RECREATE, "it would be another file"),
    "path": Verdict(Effect.RECREATE, "it would be another file"),
    "pool": Verdict(Effect.RECREATE, "it would be another volume"),
    "device": Verdict(Effect.RECREATE, "it would be another file"),
    "preallocation": Verdict(Effect.LIVE, "it is made already: for the next one"),
}
"""Field of a disk -> verdict; for all others it is opened anew at a restart."""


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` from `old` to `new` would be applied. Pure."""
    parts = [part for part in re.split(r"[.\[\]]+", key) if part]
    if key.startswith("disks."):
        parts = ["disks", *disk_of(key, machine, observed.applied)]
    rule = RULES.get(parts[0])
    found = rule(machine, observed, parts, old, new) if rule else None
    found = found or _row(parts)
    if found.effect is Effect.RESTART and observed.state not in ALIVE:
        return Verdict(Effect.LIVE, "it is off: used at its next start")
    return found


def _row(parts: list[str]) -> Verdict:
    for end in range(len(parts), 0, -1):
        if (found := TABLE.get(".".join(parts[:end]))) is not None:
            return found
    return Verdict(Effect.RESTART, "the guest learns it when it boots")


def _disks(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    if len(parts) == 1:
        return None
    name, field = parts[1], parts[2] if len(parts) > 2 else ""
    spec = machine.disks.get(name)
    was = observed.applied.disks.get(name) if observed.applied else None
    if was is None and spec is not None and name != "root":
        return _hotplug(spec.bus, spec.device, "a new one")
    if spec is None and was is not None and name != "root":
        found = _hotplug(was.bus, was.device, "one")
        return Verdict(found.effect, found.reason or "it is detached; its data stays until destroy")
    if field == "size" and was:
        return _disk_size(was.path, old, new)
    if field == "path" and was and was.device is DiskDevice.CDROM and spec and spec.device is DiskDevice.CDROM:
        return Verdict(Effect.LIVE, "the disc is changed")
    if field == "" and name == "root" and not machine.image:
        return Verdict(Effect.RECREATE, "the root disk is what the machine is made of")
    if field == "" and (was is None or spec is None):
        return LIVE  # the image's own disk, as it is where the file does not name it
    return DISK_FIELDS.get(field, Verdict(Effect.RESTART, OPENED))


def _hotplug(bus: str, device: str, what: str) -> Verdict:
    if device != DiskDevice.DISK:
        return Verdict(Effect.RESTART, "a drive is plugged when the machine starts")
    if bus in ("virtio", "scsi"):
        return LIVE
    return Verdict(Effect.RESTART, f"bus {bus}: {what} is plugged or taken out when the machine starts")


def _disk_size(path: str | None, old: Any, new: Any) -> Verdict:
    if path:
        return Verdict(Effect.IMMUTABLE, f"{path} is your own file: resize it with qemu-img")
    if isinstance(old, int) and (not isinstance(new, int) or new < old):
        to = format_size(new) if isinstance(new, int) else "its default"
        return Verdict(Effect.IMMUTABLE, f"shrinking from {format_size(old)} to {to} would cut off data")
    return LIVE


def _cpu(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    if parts[1:2] == ["pin"] and parts[2:] not in (["scheduler"], ["priority"]):
        gone = not machine.cpu.pin.cpus and not machine.cpu.pin.each
        return Verdict(Effect.RESTART, "a pinned CPU stays pinned until a restart") if gone else LIVE
    was = observed.applied.cpu if observed.applied else None
    if parts[1:] not in ([], ["count"]) or was is None:
        return None
    if len(parts) == 1 and msgspec.structs.replace(machine.cpu, count=was.count) != was:
        return None
    if machine.cpu.total < was.total:
        return Verdict(Effect.RESTART, "a guest does not give up a CPU by itself")
    if machine.cpu.total > max(was.max or 0, was.total):
        return Verdict(Effect.RESTART, "libvirt: started without spare CPUs (cpu.max)")
    return LIVE


def _memory(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    was = observed.applied.memory if observed.applied else None
    if parts[1:] != ["size"] or was is None:
        return None
    size = machine.memory.size
    if size > max(was.max or 0, was.size):
        return Verdict(Effect.RESTART, "libvirt: started without room to grow (memory.max)")
    if size < was.size and not was.balloon:
        return Verdict(Effect.RESTART, "it has no balloon to give memory back through (memory.balloon)")
    return LIVE


def _iothreads(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    was = observed.applied.iothreads if observed.applied else 0
    if machine.iothreads > was:
        return LIVE
    return Verdict(Effect.RESTART, "an I/O thread ends when no disk uses it any more")


def _networks(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    if "forwarded_port" in parts:
        return LIVE
    if "uplink" in parts:
        return Verdict(Effect.RESTART, "the way in is plugged when it starts")
    if len(parts) > 1 and isinstance(old or [], list) and isinstance(new or [], list):
        return _interfaces(list(old or []), list(new or []))
    return Verdict(Effect.RESTART, "an interface is changed when it starts")


def _interfaces(old: list[Any], new: list[Any]) -> Verdict:
    """Interfaces at the end come and go while it runs; the order of the others is how the guest knows them."""
    fewer, more = sorted((old, new), key=len)
    if more[: len(fewer)] == fewer:
        return LIVE
    return Verdict(Effect.RESTART, "an interface is changed when it starts")


def _folders(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    shared = {"9p", "virtiofs"}
    if shared & set(parts) or any(word in str(msgspec.to_builtins([old, new])) for word in shared):
        return Verdict(Effect.RESTART, "a shared folder is plugged when the machine starts")
    return LIVE


def _providers(machine: Machine, observed: Observed, parts: list[str], old: Any, new: Any) -> Verdict | None:
    return LIVE if len(parts) > 1 and parts[1] != "libvirt" else None


Rule = Callable[[Machine, Observed, list[str], Any, Any], Verdict | None]
RULES: dict[str, Rule] = {
    "disks": _disks,
    "cpu": _cpu,
    "memory": _memory,
    "iothreads": _iothreads,
    "networks": _networks,
    "synced_folders": _folders,
    "providers": _providers,
}
"""Keys whose answer depends on values; None leaves it to the table."""
