"""What the host does with a PCI device itself: disks in use behind it, links, the screen (PCI-1, GPU-3).

Each reader gives the uses by the device's address. Source: the links of /sys/class lead through the address of the
device that they hang on; Linux, Documentation/admin-guide/sysfs-rules.rst.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from serai.providers.host_files import Files, last

ADDRESS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


BOARD = {"0601": "clock, TPM and watchdog", "0c05": "sensors and memory modules"}
"""Classes of a board's own devices -> what may hang on them. Source: linux/pci_ids.h: BRIDGE_ISA, SERIAL_SMBUS."""


class Need(StrEnum):
    """How badly the host needs what it does with a device."""

    VITAL = "vital"
    """Without it the host does not go on: its disks."""
    CONTACT = "contact"
    """Without it nobody reaches the host: its network card, its screen."""
    FIRST = "first"
    """Somebody has to end it first: a file system, a link that is up."""
    OPEN = "open"
    """Programs have it open: it is free when they are stopped, or at the next boot."""


class Use(msgspec.Struct, frozen=True):
    """`what` completes a sentence: `/ is mounted from nvme0n1p1`; `way` is how it ends; empty: not."""

    need: Need
    what: str
    way: str = ""


Uses = dict[str, list[Use]]
"""Address of a PCI device -> what the host does with it."""


def address_in(path: str) -> str:
    """The PCI device that a path of sysfs hangs on: the innermost; empty: none."""
    found = ADDRESS.findall(path)
    return found[-1] if found else ""


def screens(files: Files) -> Uses:
    """Cards that show the console: the firmware's choice, and those that a frame buffer of the firmware is on."""
    found: Uses = {}
    for name in files.names("/sys/bus/pci/devices"):
        if files.text(f"/sys/bus/pci/devices/{name}/boot_vga") == "1":
            found.setdefault(name, []).append(Use(Need.CONTACT, "it shows the host's console (boot_vga)"))
    for name in files.names("/sys/class/graphics"):
        owner = address_in(files.target(f"/sys/class/graphics/{name}"))
        if owner and owner not in found and "framebuffer" in files.target(f"/sys/class/graphics/{name}"):
            found.setdefault(owner, []).append(Use(Need.CONTACT, f"the console is on its frame buffer ({name})"))
    return found


def boards(files: Files) -> Uses:
    """The LPC bridge and the SMBus, where a driver of the host's has them: guests do nothing with those."""
    found: Uses = {}
    for name in files.names("/sys/bus/pci/devices"):
        place = f"/sys/bus/pci/devices/{name}"
        what = BOARD.get(files.text(f"{place}/class").removeprefix("0x")[:4], "")
        if what and last(files.target(f"{place}/driver")) not in ("", "vfio-pci"):
            found[name] = [Use(Need.CONTACT, f"the board's {what} may hang on {name}")]
    return found


def programs(files: Files, opened: list[tuple[str, str]]) -> Uses:
    """Who has a card's nodes or a group's open. `opened`: (node, `Xorg (812)`), as /proc/*/fd has it."""
    found: Uses = {}
    for node, who in opened:
        for owner in _owners(files, node):
            kind = "a guest has it" if node.startswith("/dev/vfio/") else "it is open"
            use = Use(Need.OPEN, f"{kind}: {node} by {who}", f"stop {who}")
            if use not in found.setdefault(owner, []):
                found[owner].append(use)
    return found


def _owners(files: Files, node: str) -> list[str]:
    name = last(node)
    if node.startswith("/dev/dri/"):
        owner = address_in(files.target(f"/sys/class/drm/{name}"))
        return [owner] if owner else []
    if node.startswith("/dev/vfio/"):
        return files.names(f"/sys/kernel/iommu_groups/{name}/devices")
    if node.startswith("/dev/nvidia"):
        return files.names("/proc/driver/nvidia/gpus")
    return []
