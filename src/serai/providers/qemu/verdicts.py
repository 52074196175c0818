"""How each changed key would be applied to a QEMU machine: live, at a restart, by a new machine, or not at all."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from serai.providers.contract import ALIVE, Effect, Observed, Verdict
from serai.providers.key_names import disk_of
from serai.providers.qemu import cards, render
from serai.providers.qemu.blockdev import bus_of, is_cdrom
from serai.providers.qemu.disks import ROOT
from serai.spec.disk import Bus, Disk
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.units import format_size

RECORD_ONLY = frozenset(
    [
        "provision",
        "after",
        "ready",
        "hooks",
        "env",
        "autostart",
        "primary",
        "keep",
        "warm",
        "aliases",
        "communicator",
        "halt_timeout",
    ]
)
"""Keys that only serai reads: the guest does not see them; `aliases` are told to its peers, over SSH."""

INTERFACES = ("uplink", "private", "public")
"""Entries of `networks` that are interfaces."""

HARDWARE = {
    "numa": "the guest's memory is laid out when it starts",
    "clock": "its clocks are made when it starts",
    "hyperv": "the guest's processors are fixed when it starts",
    "gpu": "the guest's processors are fixed when it starts",
    "iothreads": "its I/O threads are made when it starts",
    "devices": "its devices are plugged when it starts",
    "boot": "the firmware reads it when it starts",
}
"""Keys that QEMU takes when it starts, and the guest meets when it boots."""

LIVE = Verdict(Effect.LIVE)
FIRST_BOOT = "its login is made once, at the first boot"


def verdict(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    """How the change of `key` from `old` to `new` would be applied. Pure."""
    parts = [part for part in re.split(r"[.\[\]]+", key) if part]
    head, rest = parts[0], parts[1:]
    if head in ("name", "provider"):
        return Verdict(Effect.IMMUTABLE, "it is what the machine is known by")
    if head in ("image", "arch", "firmware"):
        return Verdict(Effect.RECREATE, "its disks were made from another one")
    if head == "fork":
        return Verdict(Effect.RECREATE, "its memory and disks were another machine's")
    if head == "secure_boot":
        return Verdict(Effect.RECREATE, "the variables of its firmware were made without those keys")
    if head in HARDWARE:
        return _soften(observed, Verdict(Effect.RESTART, HARDWARE[head]))
    if head in RECORD_ONLY:
        return LIVE
    if head == "guest":
        return Verdict(Effect.LIVE, "over SSH")
    if head == "user":
        return Verdict(Effect.RECREATE, FIRST_BOOT)
    if head == "disks":
        return _soften(observed, _disks(machine, observed, key, old, new))
    if head == "cpu":
        return _soften(observed, _cpu(machine, observed, rest, old, new))
    if head == "memory":
        return _soften(observed, _memory(observed, rest, old, new))
    if head == "networks":
        return _soften(observed, _networks(machine, observed, rest, old, new))
    if head == "ssh":
        return _soften(observed, _port(machine) if rest[-1:] in (["host_port"], ["guest_port"]) else LIVE)
    if head == "synced_folders":
        return _soften(observed, _folders(old, new))
    if head == "providers":
        return _providers(observed, rest)
    return _soften(observed, Verdict(Effect.RESTART, "the guest learns it when it boots"))


def _soften(observed: Observed, found: Verdict) -> Verdict:
    """A machine that is off needs no restart: what it needs is taken up at its next start."""
    if found.effect is Effect.RESTART and observed.state not in ALIVE:
        return Verdict(Effect.LIVE, "it is off: used at its next start")
    return found


def _disks(machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
    name, field = disk_of(key, machine, observed.applied)
    spec = machine.disks.get(name)
    was = observed.applied.disks.get(name) if observed.applied else None
    if name != ROOT and was is None and spec is not None:
        return _new_disk(machine, observed, name, spec)
    if name != ROOT and spec is None and was is not None:
        stays = "your file stays" if was.path else "its file stays until destroy"
        return Verdict(Effect.RESTART, f"it is detached at a restart; {stays}")
    if field == "path" and spec and spec.is_drive:
        if is_cdrom(spec) and is_cdrom(was):
            return Verdict(Effect.LIVE, "the disc is changed")
        what = "a floppy is put in" if was and was.is_drive else "a drive is plugged"
        return Verdict(Effect.RESTART, f"{what} when it starts")
    if field == "preallocation":
        return Verdict(Effect.LIVE, "it is made already: for the next one")
    if field == "size":
        return _disk_size(spec.path if spec else None, old, new)
    if field in ("format", "path") and not (spec and spec.is_drive):
        return Verdict(Effect.RECREATE, "it would be another file")
    if field:
        return Verdict(Effect.RESTART, "QEMU opens a disk this way when it starts")
    if name == ROOT and not machine.image:
        return Verdict(Effect.RECREATE, "the root disk is what the machine is made of")
    return LIVE  # one of the two states defaults alone; what the other states has keys of its own


def _new_disk(machine: Machine, observed: Observed, name: str, spec: Disk) -> Verdict:
    """A disk that `live.fit_disks` can plug into what QEMU was started with, or one that waits."""
    applied, bus = observed.applied or Machine(), bus_of(spec)
    waiting = {disk_of(key, machine, applied)[0] for key in observed.pending if key.startswith("disks.")}
    if name in waiting:
        return Verdict(Effect.RESTART, "the one of that name is detached at a restart")
    if spec.is_drive:
        return Verdict(Effect.RESTART, "a drive is plugged when it starts")
    if spec.path:
        return Verdict(Effect.RESTART, "your own file is opened when it starts, once nobody else writes to it")
    if bus is Bus.SATA or not render.pcie(machine):
        return Verdict(Effect.RESTART, f"a disk on bus {bus} cannot be plugged while it runs")
    there = (disk for key, disk in applied.disks.items() if key not in waiting)
    if bus is Bus.SCSI and not any(bus_of(other) is Bus.SCSI for other in there):
        return Verdict(Effect.RESTART, "there is no SCSI controller in it yet")
    threads = 0 if "iothreads" in observed.pending else applied.iothreads
    if bus is Bus.VIRTIO and machine.iothreads and max(spec.iothreads or [1]) > threads:
        return Verdict(Effect.RESTART, HARDWARE["iothreads"])
    return LIVE


def _disk_size(path: str | None, old: Any, new: Any) -> Verdict:
    if path:
        return Verdict(Effect.IMMUTABLE, f"{path} is your own file: resize it with qemu-img")
    if isinstance(old, int) and (not isinstance(new, int) or new < old):
        to = format_size(new) if isinstance(new, int) else "its default"
        return Verdict(Effect.IMMUTABLE, f"shrinking from {format_size(old)} to {to} would cut off data")
    return LIVE


def _cpu(machine: Machine, observed: Observed, rest: list[str], old: Any, new: Any) -> Verdict:
    was = observed.applied.cpu if observed.applied else None
    if rest[:1] == ["pin"]:
        return Verdict(Effect.LIVE, "its threads are moved")
    if rest not in (["count"], []) or was is None:
        return Verdict(Effect.RESTART, "the guest's processors are fixed when it starts")
    if not rest and msgspec.structs.replace(machine.cpu, count=was.count) != was:
        return Verdict(Effect.RESTART, "the guest's processors are fixed when it starts")
    if machine.cpu.total < was.total:
        return Verdict(Effect.RESTART, "a guest does not give up a CPU by itself")
    if machine.cpu.total > max(was.max or 0, was.total) or _grows(
        observed, "cpu.max", was.total, machine.cpu.total
    ):
        return Verdict(Effect.RESTART, "qemu: started without spare CPUs (cpu.max)")
    if machine.arch == "arm64":
        return Verdict(Effect.RESTART, "the arm64 board of QEMU cannot plug CPUs")
    return LIVE


def _memory(observed: Observed, rest: list[str], old: Any, new: Any) -> Verdict:
    was = observed.applied.memory if observed.applied else None
    if rest != ["size"] or was is None or not isinstance(new, int):
        return Verdict(Effect.RESTART, "the guest's memory is laid out when it starts")
    if new > max(was.max or 0, was.size) or _grows(observed, "memory.max", was.size, new):
        return Verdict(Effect.RESTART, "qemu: started without room to grow (memory.max)")
    if new < was.size and not was.balloon:
        return Verdict(Effect.RESTART, "it has no balloon to give memory back through (memory.balloon)")
    return LIVE


def _grows(observed: Observed, most: str, was: int, new: int) -> bool:
    """Whether it is to have more, while the room that was applied for it is not there yet."""
    return new > was and most in observed.pending


def _networks(machine: Machine, observed: Observed, rest: list[str], old: Any, new: Any) -> Verdict:
    if not set(INTERFACES) & set(rest) and _interfaces(old) == _interfaces(new):
        return _port(machine)
    return cards.verdict(machine, observed.applied)


def _port(machine: Machine) -> Verdict:
    """A forwarded port."""
    if any(nic.uplink and nic.uplink.type is UplinkType.PASST for nic in machine.networks):
        return Verdict(Effect.RESTART, "passt is told its ports when it starts")
    return LIVE


def _interfaces(value: Any) -> list[Any]:
    """The interfaces among one or many entries, as plain data; forwarded ports are none."""
    plain = msgspec.to_builtins(value)
    entries = plain if isinstance(plain, list) else [plain] if plain else []
    return [
        {key: each[key] for key in INTERFACES if each.get(key)}
        for each in entries
        if isinstance(each, dict) and any(each.get(key) for key in INTERFACES)
    ]


def _folders(old: Any, new: Any) -> Verdict:
    for kind in (FolderType.NINEP, FolderType.VIRTIOFS):
        if kind in str(msgspec.to_builtins([old, new])):
            return Verdict(Effect.RESTART, f"{kind} folders are plugged when it starts")
    return LIVE


def _providers(observed: Observed, rest: list[str]) -> Verdict:
    if rest and rest[0] != "qemu":
        return LIVE
    return _soften(observed, Verdict(Effect.RESTART, "QEMU is started with it"))
