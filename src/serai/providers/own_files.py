"""Disks that are a person's own files or devices, and are not there: said before anything is made (DISK-1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from serai.spec.hook import Event, On
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.paths import exists, expanduser

BEFORE = (Event.BEFORE_ALL, Event.BEFORE_UP, Event.BEFORE_CREATE, Event.BEFORE_START)


def place(path: str, root: Path) -> Path:
    """Where a path of the project file is on this host. `root`: the project's directory."""
    found = root / expanduser(path)
    return found if "\0" in path else found.resolve()  # which is nowhere, and `resolve` raises


def missing(machine: Machine, root: Path) -> Iterator[SeraiError]:
    """Code.MISSING for each `disks.NAME.path` that this host has not; a hook before the start may make it."""
    hooks = [hook for moment in BEFORE for hook in machine.hooks.get(moment, [])]
    if any(hook.on is On.HOST for hook in hooks):
        return
    for name, disk in machine.disks.items():
        if not disk.path or exists(own := place(disk.path, root)):
            continue
        if disk.is_drive:
            hint = "state a file that is there, or leave path out: an empty drive"
        elif disk.path.startswith("/dev/"):
            hint = "lsblk lists what there is"
        else:
            hint = f"qemu-img create -f {disk.format} {own} SIZE makes one; or state size, and leave path out"
        yield SeraiError(Code.MISSING, f"{machine.name}: disks.{name}.path: {own} is not there", hint=hint)
