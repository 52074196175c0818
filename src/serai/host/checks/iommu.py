"""Checks of the IOMMU: there, on, safe, and its groups (HW-2, GPU-1, GPU-3)."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.boot import NOW
from serai.host.facts.host import Facts
from serai.host.facts.pci import GROUPS
from serai.host.facts.source import Unknown
from serai.host.wants import Role
from serai.providers import vfio

TABLE = Table()
TABLES = "/sys/firmware/acpi/tables"
NAMES = ("DMAR", "IVRS", "VIOT", "IORT")
OFF = ("intel_iommu", "amd_iommu", "iommu")
"""Arguments whose value `off` switches it off. Source: Linux, kernel-parameters.txt."""
INTERRUPTS = "/proc/interrupts"
GPU = (Role.GPU_PASSTHROUGH,)


def _wanted(facts: Facts) -> bool:
    return Role.GPU_PASSTHROUGH in facts.wants.roles or any(each.devices.pci for each in facts.wants.machines)


def _tables(facts: Facts) -> list[str]:
    return [name for name in NAMES if name in facts.source.names(TABLES)]


@TABLE.row(
    "iommu.acpi",
    "the firmware describes an IOMMU",
    reads=f"{TABLES}/{{DMAR,IVRS,VIOT,IORT}}",
    worst=Outcome.FAIL,
    why="Without an IOMMU no device can be given to a guest safely.",
    next="switch VT-d (Intel) or AMD-Vi/IOMMU (AMD) on in the firmware",
    reboot="reboot",
    old="grep the kernel's log: it rolls over, and may be closed to users.",
    source="ACPI tables; Linux, drivers/iommu",
    guide=("HW-2",),
)
def acpi(facts: Facts) -> Finding:
    found = _tables(facts)
    if found:
        return passed(f"{TABLES}/{found[0]}", " ".join(found))
    if not facts.source.has(TABLES):
        raise Unknown("the kernel shows no ACPI tables", TABLES)
    judged = fail if _wanted(facts) else note
    return judged(TABLES, "no device can be given to a guest", "none of them")


@TABLE.row(
    "iommu.enabled",
    "the IOMMU is on",
    reads=GROUPS,
    worst=Outcome.FAIL,
    why="Devices are in IOMMU groups only when the kernel uses the IOMMU.",
    next="serai host tune iommu",
    verify="ls /sys/kernel/iommu_groups",
    undo="serai host undo iommu",
    reboot="reboot",
    old="intel_iommu=on amd_iommu=on for everybody: many kernels default to on, and amd_iommu=on does not exist.",
    source="Linux, Documentation/admin-guide/kernel-parameters.txt: intel_iommu",
    guide=("HW-2", "GPU-1"),
)
def enabled(facts: Facts) -> Finding:
    count = len(facts.pci.groups)
    if count:
        return passed(GROUPS, f"{count} groups")
    found = _tables(facts)
    if not found:
        return not_applicable(GROUPS, "the firmware describes no IOMMU (iommu.acpi)", "no groups")
    why = f"the firmware has {found[0]}, but the kernel makes no groups"
    if off := [word for word in OFF if facts.boot.argument(word) == "off"]:
        return fail(NOW, why, f"{off[0]}=off", next=f"remove {off[0]}=off: serai host tune iommu")
    if found == ["VIOT"]:
        return fail(GROUPS, why, "no groups", next=_virtio(facts))
    return fail(GROUPS, why, "no groups")


def _virtio(facts: Facts) -> str:
    """Its driver is a module that nothing loads by itself."""
    if facts.modules.file("virtio_iommu"):
        return "modprobe virtio_iommu; virtio_iommu in /etc/modules-load.d/virtio_iommu.conf keeps it"
    return "a kernel with the driver virtio_iommu, which this one has not"


@TABLE.row(
    "iommu.useless-argument",
    "the command line holds no argument that means nothing",
    reads=NOW,
    worst=Outcome.NOTE,
    why="amd_iommu=on is unknown to the kernel: AMD's IOMMU is on by default.",
    next="serai host tune iommu",
    reboot="reboot",
    old="amd_iommu=on beside intel_iommu=on in every guide.",
    source="Linux, kernel-parameters.txt: amd_iommu knows fullflush, off, force_isolation and others, not on",
    guide=("GPU-1",),
)
def useless(facts: Facts) -> Finding:
    if facts.boot.argument("amd_iommu") == "on":
        return note(NOW, "the kernel does not know it", "amd_iommu=on")
    return passed(NOW, "no `amd_iommu=on`")


@TABLE.row(
    "iommu.intremap",
    "interrupts of devices are remapped",
    reads=INTERRUPTS,
    worst=Outcome.FAIL,
    why="Without remapping a guest's device can send any interrupt to the host; VFIO refuses to attach it.",
    next="firmware: switch interrupt remapping (x2APIC, VT-d) on; remove intremap=off",
    reboot="reboot",
    when_not="vfio_iommu_type1.allow_unsafe_interrupts=1 lets it pass for guests that you trust.",
    source="Linux, drivers/iommu/irq_remapping.c: names of its chips begin with IR-",
    guide=("HW-2", "GPU-1"),
)
def intremap(facts: Facts) -> Finding:
    if not facts.pci.groups:
        return not_applicable(GROUPS, "the IOMMU is not on")
    seen = facts.read(INTERRUPTS)
    remapped = vfio.remaps_interrupts(seen.text, facts.read("/proc/cpuinfo").text)
    if remapped is None:
        raise Unknown("nothing in /proc tells on this processor", INTERRUPTS)
    if remapped:
        return passed(seen, "IR-")
    return fail(seen, "VFIO refuses to attach devices: Operation not permitted", "no chip `IR-…`")


@TABLE.row(
    "iommu.unsafe-interrupts",
    "unsafe interrupts are not allowed",
    reads="/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
    worst=Outcome.WARN,
    why="A guest with a device can then send interrupts to the host as it likes.",
    next="remove allow_unsafe_interrupts=1",
    reboot="reload",
    source="Linux, drivers/vfio/vfio_iommu_type1.c",
    guide=("GPU-4",),
    roles=GPU,
)
def unsafe(facts: Facts) -> Finding:
    seen = facts.modules.parameter("vfio_iommu_type1", "allow_unsafe_interrupts")
    if not seen.there:
        return not_applicable(seen, "vfio_iommu_type1 is not loaded")
    return warn(seen, "guests with devices can interrupt the host") if seen.text == "Y" else passed(seen)


@TABLE.row(
    "iommu.domain-type",
    "how the host's own devices go through the IOMMU",
    reads=f"{GROUPS}/*/type",
    worst=Outcome.NOTE,
    why="Strict mapping (DMA) costs the host's own network and disks; DMA-FQ and identity cost little.",
    next="serai host tune iommu=pt: an option for speed, not needed for pass-through",
    undo="serai host undo iommu",
    reboot="reboot",
    source="Linux, Documentation/ABI/testing/sysfs-kernel-iommu_groups",
    guide=("GPU-1",),
)
def domain_type(facts: Facts) -> Finding:
    if not facts.pci.groups:
        return not_applicable(GROUPS, "the IOMMU is not on")
    seen = [facts.pci.of_group(group, "type") for group in facts.pci.groups]
    kinds = sorted({each.text for each in seen if each.there})
    if not kinds:
        raise Unknown("the kernel does not tell (before 5.11)", f"{GROUPS}/*/type")
    read = f"{GROUPS}/*/type"
    return (
        note(read, "strict mapping costs the host's own devices", " ".join(kinds))
        if "DMA" in kinds
        else passed(read, " ".join(kinds))
    )


@TABLE.row(
    "iommu.groups",
    "graphics cards do not share a group with others",
    reads=f"{GROUPS}/*/devices",
    worst=Outcome.WARN,
    why="A group is given away as a whole: what else is in it must go along, or be without a driver.",
    next="another slot of the board; firmware: ACS on",
    when_not="Never by pcie_acs_override: it only pretends that devices are apart.",
    source="Linux, Documentation/driver-api/vfio.rst",
    guide=("GPU-3", "PCI-1"),
)
def groups(facts: Facts) -> Finding:
    if not facts.pci.groups:
        return not_applicable(GROUPS, "the IOMMU is not on")
    cards = [each for each in facts.pci.devices.values() if each.is_display and each.group]
    if not cards:
        return not_applicable("/sys/bus/pci/devices", "no graphics card is in a group")
    for card in cards:
        strange = [
            other.address
            for other in facts.pci.members(card.group)
            if other.slot != card.slot and not other.is_bridge and other.driver not in vfio.HARMLESS
        ]
        if strange:
            return warn(f"{GROUPS}/{card.group}/devices", f"{card.address} shares it", " ".join(strange))
    return passed(GROUPS, f"{len(cards)} cards on their own")


@TABLE.row(
    "iommu.acs-override",
    "isolation of groups is real",
    reads=NOW,
    worst=Outcome.WARN,
    why="pcie_acs_override makes groups smaller than the hardware is: devices can still reach each other.",
    next="remove pcie_acs_override",
    reboot="reboot",
    source="a patch that no mainline kernel has",
    guide=("GPU-3",),
)
def acs(facts: Facts) -> Finding:
    value = facts.boot.argument("pcie_acs_override")
    if value is None:
        return passed(NOW, "no `pcie_acs_override`")
    return warn(NOW, "groups are smaller than the hardware is", f"pcie_acs_override={value}")


@TABLE.row(
    "iommu.reserved",
    "the firmware keeps no memory of devices for itself (RMRR)",
    reads=f"{GROUPS}/*/reserved_regions",
    worst=Outcome.WARN,
    why="A device with a region `direct` cannot be given to a guest: the firmware goes on writing there.",
    next="a setting or update of the firmware; another device",
    reboot="reboot",
    source="Linux, Documentation/ABI/testing/sysfs-kernel-iommu_groups: reserved_regions",
    guide=("GPU-3",),
)
def reserved(facts: Facts) -> Finding:
    if not facts.pci.groups:
        return not_applicable(GROUPS, "the IOMMU is not on")
    seen = [facts.pci.of_group(group, "reserved_regions") for group in facts.pci.groups]
    if not any(each.there for each in seen):
        raise Unknown("the kernel does not tell", f"{GROUPS}/*/reserved_regions")
    held = [each for each in seen if vfio.held_by_firmware(each.text)]
    if held:
        return warn(held[0], "its devices cannot be given away", f"{len(held)} groups")
    return passed(f"{GROUPS}/*/reserved_regions", "none is `direct`")
