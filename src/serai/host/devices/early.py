"""What binds a device to vfio-pci at each boot, before its own driver comes: a udev rule (GPU-4).

The rule names the slot, and the device that is to be in it: cards of one kind stay apart, and after a change of
the hardware nothing else is taken. udev writes the override before it loads any module; a driver that is built in,
or loads earlier, lets go again. Source: udev(7).
"""

from __future__ import annotations

from collections.abc import Sequence

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.devices.inventory import Listed
from serai.host.facts.host import Facts

RULES = "/etc/udev/rules.d"


def name_of(address: str) -> str:
    """Of files."""
    return f"90-serai-passthrough-{address.replace(':', '-')}"


def early(facts: Facts, slot: Sequence[Listed]) -> tuple[list[Change], list[str]]:
    """(changes, notes) for the functions that go together."""
    name = name_of(slot[0].address)
    rule = f"{RULES}/{name}.rules"
    changes: list[Change] = [WriteFile(path=rule, text=_rules(slot), runs=("udev-reload",))]
    return changes, []


def _head(slot: Sequence[Listed]) -> str:
    ident = f"passthrough-{slot[0].address}"
    return f"# Written by serai host passthrough {slot[0].address}; serai host undo {ident} removes it.\n"


def _rules(slot: Sequence[Listed]) -> str:
    return _head(slot) + "".join(_rule(each) for each in slot)


def _rule(device: Listed) -> str:
    vendor, _, product = device.ids.partition(":")
    match = f'ACTION=="add", SUBSYSTEM=="pci", KERNEL=="{device.address}"'
    same = f'ATTR{{vendor}}=="0x{vendor}", ATTR{{device}}=="0x{product}"'
    free = "[ ! -e driver ] || echo %k >driver/unbind; echo %k >/sys/bus/pci/drivers_probe"
    take = f"cd /sys%p; [ -e /sys/bus/pci/drivers/vfio-pci/%k ] || {{ {free}; }}"
    act = f'ATTR{{driver_override}}="vfio-pci", RUN{{builtin}}+="kmod load vfio-pci", RUN+="/bin/sh -c \'{take}\'"'
    return f"{match}, {same}, {act}\n"
