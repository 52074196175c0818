"""SR-IOV: one card as many, made now and at each boot (HW-3)."""

from __future__ import annotations

from serai.host.changes.file import WriteFile
from serai.host.changes.virtual_functions import VirtualFunctions
from serai.host.facts.host import Facts
from serai.host.facts.pci import DEVICES, Device
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util.errors import Code, SeraiError

TABLE = Table()
SHAPE = "sriov=0000:03:00.0:4, or sriov=eth0:4"


@TABLE.tuning(
    "sriov",
    "functions of a card for guests",
    why="With SR-IOV the card itself shows as many: each guest gets a function of its own, with its queues and "
    "its IOMMU group, and the host keeps the card. The kernel makes none until it is told how many.",
    values="ADDRESS:N",
    repairs=("sriov.functions",),
    numbers="sriov_totalvfs is the most that the card has; each function of a network card takes queues from it.",
    when_not="A guest with a function of a card cannot be moved to another host; a bridge with vhost is fast too.",
    old="max_vfs= of the driver in modprobe.d: gone from most drivers, and for all cards of it alike.",
    source="Linux, Documentation/PCI/pci-iov-howto.rst; udev(7)",
    guide=("HW-3",),
    asks=("value",),
)
def sriov(facts: Facts, asked: Asked) -> Planned:
    device, count = _device(facts, asked.value)
    total = facts.pci.attribute(device, "sriov_totalvfs")
    most = int(total.text or 0)
    if count > most:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{device.address} can have {most} virtual functions, not {count}",
            hint="the firmware setup may have SR-IOV off"
            if not most
            else f"serai host tune sriov={device.address}:{most}",
        )
    notes: tuple[str, ...] = ()
    if facts.source.live and not device.driver:
        notes = (f"{device.address} has no driver: most cards make functions only when theirs is loaded",)
    rule = WriteFile(path=_path(device), text=_rule(device, count), runs=("udev-reload",))
    return Planned(changes=(VirtualFunctions(address=device.address, count=count), rule), notes=notes)


def _device(facts: Facts, value: str) -> tuple[Device, int]:
    """Of `ADDRESS:N` or `LINK:N`. Raises SeraiError (Code.INPUT)."""
    able = [each for each in facts.pci.devices.values() if facts.source.has(f"{each.path}/sriov_totalvfs")]
    names = ", ".join(each.address for each in able) or "none"
    where, _, count = value.rpartition(":")
    if not where or not count.isdigit():
        raise SeraiError(Code.INPUT, f"say which card and how many: {SHAPE}; cards that can: {names}")
    link = facts.source.link(f"/sys/class/net/{where}/device")
    address = link or (where.lower() if where.count(":") == 2 else f"0000:{where.lower()}")
    device = next((each for each in able if each.address == address), None)
    if device is None:
        why = f"{where} has no SR-IOV; cards that can: {names}"
        raise SeraiError(Code.INPUT, why, hint="serai host devices")
    return device, int(count)


def _path(device: Device) -> str:
    return f"/etc/udev/rules.d/90-serai-sriov-{device.address}.rules"


def _rule(device: Device, count: int) -> str:
    """When its driver has the card, and it has none yet. `bind` is an event of its own since Linux 4.14."""
    match = f'ACTION=="add|bind", SUBSYSTEM=="pci", KERNEL=="{device.address}", DRIVER=="?*"'
    same = f'ATTR{{vendor}}=="0x{device.vendor}", ATTR{{device}}=="0x{device.product}"'
    head = f"# Written by serai host tune sriov; serai host undo sriov removes it. {DEVICES}/{device.address}"
    return f'{head}\n{match}, {same}, ATTR{{sriov_numvfs}}=="0", ATTR{{sriov_numvfs}}="{count}"\n'
