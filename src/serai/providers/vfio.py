"""When PCI devices may be given to a guest by VFIO: functions of a slot, groups, the host's own use (PCI-1).

The rules are here; who reads a host in another way (`serai host devices`) asks them too.
Source: Linux, Documentation/driver-api/vfio.rst; drivers/vfio/vfio_main.c for which drivers do no harm in a group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from serai.providers import pci_disks, pci_links, pci_use
from serai.providers.host_files import HERE, Files, last
from serai.providers.pci_use import Need, Uses
from serai.spec.device import PciDevice

DEVICES = "/sys/bus/pci/devices"
GROUPS = "/sys/kernel/iommu_groups"
VFIO = "vfio-pci"
HARMLESS = frozenset({"", VFIO, "pci-stub", "xen-pciback", "pcieport", "shpchp"})
"""Drivers beside which a group can be given away: they do no DMA of their own. Empty: no driver."""
BRIDGES = ("0604", "0609")
"""Classes of bridges between PCI buses, which stay with the host; an ISA bridge with a driver is like any other
device. Source: linux/pci_ids.h; vfio_main.c: PCI_HEADER_TYPE_NORMAL."""
VIRTIO_IOMMU = ("0x1af4", "0x1057")
UNSAFE = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"

Problem = tuple[str, str]
"""What is wrong, and the way out."""


def slot_of(address: str) -> str:
    """`01:00.1` -> `0000:01:00`."""
    whole = address.lower() if address.count(":") == 2 else f"0000:{address.lower()}"
    return whole.partition(".")[0]


def blocks(kind: str, driver: str) -> bool:
    """Whether a device in the group keeps the rest of it from guests. `kind`: its class, four digits."""
    return driver not in HARMLESS and kind not in BRIDGES


def held_by_firmware(regions: str) -> list[str]:
    """Ranges of a group's `reserved_regions` that the firmware keeps (RMRR): no guest can have its devices.

    Source: Linux, Documentation/ABI/testing/sysfs-kernel-iommu_groups; `direct-relaxable` does no harm.
    """
    found = [line.split() for line in regions.splitlines()]
    return [f"{words[0]}-{words[1]}" for words in found if words[2:] == ["direct"]]


def remaps_interrupts(interrupts: str, cpuinfo: str) -> bool | None:
    """What /proc/interrupts says of it; None: on this processor it says nothing.

    Source: Linux, drivers/iommu: the names of chips that remap begin with IR-.
    """
    if "vendor_id" not in cpuinfo or not interrupts:
        return None
    return " IR-" in interrupts


def why_no_groups(files: Files) -> Problem:
    """Why the kernel makes no IOMMU groups."""
    tables = files.names("/sys/firmware/acpi/tables")
    ids = [
        tuple(files.text(f"{DEVICES}/{each}/{name}") for name in ("vendor", "device"))
        for each in files.names(DEVICES)
    ]
    if "VIOT" in tables or VIRTIO_IOMMU in ids:
        return "the IOMMU is virtio's, and its module virtio_iommu is not loaded", "as root: modprobe virtio_iommu"
    if "DMAR" in tables:
        if "intel_iommu=off" in files.text("/proc/cmdline").split():
            return "intel_iommu=off is on the kernel's command line", "take it away, and reboot"
        return "the firmware has VT-d, but the kernel does not use it", "serai host tune iommu, and reboot"
    if "IVRS" in tables:
        return "the firmware has AMD-Vi, but the kernel does not use it", "remove amd_iommu=off, and reboot"
    return "there is no IOMMU, or it is off", "turn VT-d or AMD-Vi on in the firmware setup (serai explain HW-2)"


def why_no_vfio(files: Files) -> Problem | None:
    """What this kernel lacks; None: it is there, or nobody can tell."""
    place = f"/lib/modules/{files.text('/proc/sys/kernel/osrelease')}"
    known = [files.text(f"{place}/modules.{name}") for name in ("dep", "builtin")]
    if not all(known):
        return None
    there = "\n".join(known).replace("-", "_")
    lost = [name for name in ("vfio_pci", "vfio_iommu_type1") if f"/{name}.ko" not in there]
    if not lost or all(files.has(f"/sys/module/{name}") for name in lost):
        return None
    full = "linux-image-amd64 (Debian), linux-modules-extra (Ubuntu), kernel-modules (Fedora)"
    return f"this kernel has no {' and no '.join(lost)}", f"install the distribution's full kernel: {full}"


def uses(files: Files, zpool: Sequence[str] | None = None, opened: Sequence[tuple[str, str]] = ()) -> Uses:
    """All that the host does with its PCI devices, by address."""
    found: Uses = {}
    readers = (
        pci_disks.uses(files, list(zpool) if zpool is not None else None),
        pci_links.uses(files),
        pci_use.screens(files),
        pci_use.boards(files),
        pci_use.programs(files, list(opened)),
    )
    for reader in readers:
        for address, more in reader.items():
            found.setdefault(address, []).extend(more)
    return found


def functions_of(device: PciDevice, files: Files = HERE) -> tuple[str, ...]:
    """The functions that are given away, as sysfs names them, function 0 first; whether it is there or not."""
    slot = slot_of(device.address)
    function = device.address.partition(".")[2]
    if not device.all_functions:
        return (f"{slot}.{function or 0}",)
    named = f"{slot}.{function or 0}"
    present = [name for name in files.names(DEVICES) if name.startswith(f"{slot}.")]
    return tuple(together(present, named, lambda name: files.has(f"{DEVICES}/{name}/physfn"))) or (named,)


def together(slot: Sequence[str], named: str, is_virtual: Callable[[str], bool]) -> list[str]:
    """Of a slot's functions those that go with the named one: a virtual function (SR-IOV) goes alone."""
    if named in slot and is_virtual(named):
        return [named]
    return [name for name in slot if not is_virtual(name)]


def problems(
    device: PciDevice, files: Files = HERE, *, managed: bool = False, beside: Sequence[str] = ()
) -> Iterator[Problem]:
    """Why it cannot be given to a guest, with the way out; nothing when it can.

    `managed`: libvirt takes it from its driver, and opens it. `beside`: what the same guest is given, too.
    """
    own = functions_of(device, files)
    if missing := next((each for each in own if not files.has(f"{DEVICES}/{each}")), ""):
        yield f"there is no PCI device {missing}", "serai host devices lists them"
        return
    if lost := next((each for each in own if not files.target(f"{DEVICES}/{each}/iommu_group")), ""):
        why, way_out = why_no_groups(files)
        yield f"{lost} is in no IOMMU group: {why}", way_out
        return
    if lost_module := why_no_vfio(files):
        yield lost_module
        return
    yield from _drivers(files, own, managed)
    yield from _group(files, own, (*own, *beside) if managed else own)
    yield from _platform(files, own)
    if not managed:
        yield from _nodes(files, own)


def _drivers(files: Files, own: Sequence[str], managed: bool) -> Iterator[Problem]:
    """What is not with VFIO yet: by hand, or, by libvirt, only what the host does not need."""
    taken = [each for each in own if driver_of(files, each) != VFIO]
    if not managed:
        for address in taken:
            now = driver_of(files, address) or "none"
            yield f"the driver of {address} is {now}, not {VFIO}", f"as root: serai host passthrough {address}"
        return
    needed = uses(files) if taken else {}
    for address in taken:
        for use in needed.get(address, ()):
            if use.need is Need.VITAL:
                yield (
                    f"the host needs {address}: {use.what}",
                    "another device; serai host devices says which can go",
                )
            else:
                way = use.way or f"as root: serai host passthrough {address} --force"
                yield f"the host uses {address}: {use.what}", way


def _group(files: Files, own: Sequence[str], given: Sequence[str]) -> Iterator[Problem]:
    """A group is given away as a whole: what else is in it must not be in use by the host."""
    for number in dict.fromkeys(last(files.target(f"{DEVICES}/{each}/iommu_group")) for each in own):
        for other in files.names(f"{GROUPS}/{number}/devices"):
            driver = driver_of(files, other)
            if other not in given and blocks(kind_of(files, other), driver):
                yield (
                    f"IOMMU group {number} is not viable: {other} in it is used by {driver}",
                    f"give it away too, as root: serai host passthrough {own[0]} {other}",
                )
        if regions := held_by_firmware(files.text(f"{GROUPS}/{number}/reserved_regions")):
            why = f"the firmware keeps {regions[0]} of IOMMU group {number} for itself (RMRR)"
            yield why, "a setting or update of the firmware, or another device"


def _platform(files: Files, own: Sequence[str]) -> Iterator[Problem]:
    remapped = remaps_interrupts(files.text("/proc/interrupts"), files.text("/proc/cpuinfo"))
    if remapped is False and files.text(UNSAFE) != "Y":
        why = f"interrupts are not remapped: VFIO refuses to attach {own[0]}"
        yield why, "firmware setup: interrupt remapping, x2APIC; serai explain iommu.intremap"


def _nodes(files: Files, own: Sequence[str]) -> Iterator[Problem]:
    """What QEMU opens, as this user."""
    bound = [each for each in own if driver_of(files, each) == VFIO]
    if not bound:
        return
    if files.has("/sys/module/vfio") and not files.has("/sys/module/vfio_iommu_type1"):
        yield "vfio_iommu_type1 is not loaded: QEMU finds no IOMMU", "as root: modprobe vfio_iommu_type1"
    for number in dict.fromkeys(last(files.target(f"{DEVICES}/{each}/iommu_group")) for each in bound):
        if not files.opens(f"/dev/vfio/{number}"):
            yield f"/dev/vfio/{number} cannot be opened by this user", f"as root: chown $USER /dev/vfio/{number}"


def driver_of(files: Files, address: str) -> str:
    """The driver that a device is bound to; empty: none."""
    return last(files.target(f"{DEVICES}/{address}/driver"))


def kind_of(files: Files, address: str) -> str:
    """The class of a device, four digits: `0300`."""
    return files.text(f"{DEVICES}/{address}/class").removeprefix("0x")[:4]
