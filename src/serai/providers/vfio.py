"""PCI devices of the host that a guest may be given by VFIO: functions of a slot, viability of groups (PCI-1).

Source: Linux, Documentation/driver-api/vfio.rst; drivers/vfio/vfio_main.c for which drivers do no harm in a group.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from serai.spec.device import PciDevice

DEVICES = "sys/bus/pci/devices"
VFIO = "vfio-pci"
HARMLESS = frozenset({VFIO, "pci-stub", "xen-pciback", "pcieport", "shpchp"})
"""Drivers beside which a group can be given away: they do no DMA of their own."""
BRIDGE = "0x06"
"""The first digits of the class of bridges: they stay with the host. Source: linux/pci_ids.h."""

Problem = tuple[str, str]
"""What is wrong, and the way out."""


def slot_of(address: str) -> str:
    """`01:00.1` -> `0000:01:00`."""
    whole = address.lower() if address.count(":") == 2 else f"0000:{address.lower()}"
    return whole.partition(".")[0]


def functions_of(device: PciDevice, root: Path = Path("/")) -> tuple[str, ...]:
    """The functions that are given away, as sysfs names them, function 0 first; whether it is there or not."""
    slot = slot_of(device.address)
    function = device.address.partition(".")[2]
    if not device.all_functions:
        return (f"{slot}.{function or 0}",)
    present = sorted(path.name for path in (root / DEVICES).glob(f"{slot}.*"))
    return tuple(present) or (f"{slot}.{function or 0}",)


def problems(device: PciDevice, root: Path = Path("/"), *, managed: bool = False) -> Iterator[Problem]:
    """Why it cannot be given to a guest, with the way out; nothing when it can.

    `managed`: libvirt takes it from its driver, and opens it.
    """
    for address in functions_of(device, root):
        place = root / DEVICES / address
        if not place.exists():
            yield f"there is no PCI device {address}", "lspci -D lists them"
            return
        group = place / "iommu_group"
        if not group.exists():
            yield (
                f"{address} is in no IOMMU group: the IOMMU is off or missing",
                "turn VT-d or AMD-Vi on in the firmware setup (serai explain PCI-1)",
            )
            return
        if not managed and driver_of(place) != VFIO:
            now = driver_of(place) or "none"
            yield (
                f"the driver of {address} is {now}, not {VFIO}",
                f"as root: driverctl set-override {address} {VFIO}",
            )
    yield from _group(device, root, managed)


def _group(device: PciDevice, root: Path, managed: bool) -> Iterator[Problem]:
    """A group is given away as a whole: what else is in it must not be in use by the host."""
    own = functions_of(device, root)
    group = root / DEVICES / own[0] / "iommu_group"
    number = group.resolve().name
    for other in sorted(path.name for path in (group / "devices").glob("*")):
        place = root / DEVICES / other
        driver = driver_of(place)
        if other not in own and driver and driver not in HARMLESS and not _is_bridge(place):
            yield (
                f"IOMMU group {number} is not viable: {other} in it is used by {driver}",
                f"give it away too, or as root: driverctl set-override {other} {VFIO}",
            )
    node = root / "dev/vfio" / number
    if managed:
        return
    if driver_of(root / DEVICES / own[0]) == VFIO and not os.access(node, os.R_OK | os.W_OK):
        yield f"/dev/vfio/{number} cannot be opened by this user", f"as root: chown $USER /dev/vfio/{number}"


def driver_of(place: Path) -> str:
    """The driver that a device is bound to; empty: none."""
    link = place / "driver"
    return link.resolve().name if link.exists() else ""


def _is_bridge(place: Path) -> bool:
    return (place / "class").read_text().startswith(BRIDGE)
