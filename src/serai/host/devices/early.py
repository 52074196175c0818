"""What binds a device to vfio-pci at each boot, before its own driver: a udev rule, in the initramfs too (GPU-5).

The rule names the slot, and the device that is to be in it: cards of one kind stay apart, and after a change of
the hardware nothing else is taken. udev writes the override before it loads any module; a driver that is built in,
or loads earlier, lets go again. Source: udev(7).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.initramfs import Initramfs, initramfs
from serai.host.devices.inventory import Listed
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.util.errors import SeraiError

RULES = "/etc/udev/rules.d"
MODULES = ("vfio_pci", "vfio_iommu_type1")


def name_of(address: str) -> str:
    """Of files: initramfs-tools passes over names with a colon."""
    return f"passthrough-{address.replace(':', '-')}"


def early(facts: Facts, slot: Sequence[Listed]) -> tuple[list[Change], list[str]]:
    """(changes, notes) for the functions that go together."""
    name = name_of(slot[0].address)
    rule = WriteFile(path=f"{RULES}/90-serai-{name}.rules", text=_rules(slot), runs=("udev-reload",))
    try:
        image = _image(facts, slot, name, rule.path)
    except SeraiError as error:
        why = f"{error.message}: udev alone binds the device at boot, maybe after its own driver"
        return [rule], [f"{why} ({error.hint})" if error.hint else why]
    return [rule, image], []


def _image(facts: Facts, slot: Sequence[Listed], name: str, rule: str) -> Initramfs:
    """What is built into the kernel needs no place there. Raises SeraiError where no tool makes one."""
    change = initramfs(facts.source.reach, name, () if _built_in(facts) else MODULES, (rule,))
    head = change.wanted.head
    parts = [msgspec.structs.replace(part, text=part.text.replace(head, _head(slot))) for part in change.parts]
    return msgspec.structs.replace(change, parts=tuple(parts))


def _built_in(facts: Facts) -> bool:
    """Where nobody can tell, a module: one that the kernel has built in is passed over."""
    try:
        return facts.modules.built_in("vfio-pci")
    except Unknown:
        return False


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
