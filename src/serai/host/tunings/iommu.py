"""The IOMMU, without which no device can be given to a guest (GPU-1, GPU-2)."""

from __future__ import annotations

from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.checks.iommu import OFF, TABLES
from serai.host.facts.boot import NOW
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.tuning import Asked, Planned, Table, choice
from serai.host.wants import Role

TABLE = Table()
IDENT = "iommu"
USELESS = "amd_iommu=on"


@TABLE.tuning(
    IDENT,
    "the IOMMU is on, by no argument more than it needs",
    why="A device is given to a guest through the IOMMU, which keeps it to that guest's memory. Most kernels "
    "switch it on by themselves. intel_iommu=on is added only where the firmware has a table DMAR and the kernel "
    "made no groups of it; what switches it off is taken out, and so is amd_iommu=on, which no kernel knows.",
    values="on|pt",
    repairs=("iommu.enabled", "iommu.useless-argument", "iommu.domain-type"),
    needs="reboot",
    when_not="`pt` lets the host's own devices pass by the IOMMU: faster network and disks of the host, and no "
    "protection of the host from them. Guests are kept apart as before.",
    old="intel_iommu=on amd_iommu=on for everybody, in /etc/default/grub or the EFI partition's grub.cfg. "
    "amd_iommu=on does not exist, AMD's is on by default; many kernels have Intel's on by default, too; and with "
    "entries of the Boot Loader Specification grub2-mkconfig changes nothing.",
    source="Linux, Documentation/admin-guide/kernel-parameters.txt: intel_iommu, amd_iommu, iommu; "
    "drivers/iommu/Kconfig: INTEL_IOMMU_DEFAULT_ON",
    guide=("GPU-1", "GPU-2"),
    roles={Role.GPU_PASSTHROUGH: ""},
)
def iommu(facts: Facts, asked: Asked) -> Planned:
    value = choice(asked, "on", "on", "pt")
    add, notes = _switches_on(facts, asked.force)
    if value == "pt":
        add = (*add, "iommu=pt")
    remove = tuple(word for word in (USELESS, *(f"{name}=off" for name in OFF)) if _given(facts, word))
    if not add and not remove:
        return Planned(notes=notes)
    return Planned(changes=(kernel_arguments(facts.source.reach, IDENT, add, remove),), notes=notes)


def _switches_on(facts: Facts, force: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words that switch it on, and what is to be said of it."""
    if not facts.source.live:
        if force:
            return ("intel_iommu=on",), ("a tree does not tell its processor: for one of Intel's",)
        return (), ("a tree does not tell whether its kernel needs intel_iommu=on; --force adds it",)
    tables = facts.source.names(TABLES)
    if "DMAR" in tables:
        told = facts.boot.argument("intel_iommu") == "on"
        if facts.pci.groups and not told:
            return (), ("the kernel switched Intel's IOMMU on by itself: no argument is needed",)
        return ("intel_iommu=on",), ()
    if "IVRS" in tables:
        return (), (
            "AMD's IOMMU is on by default: there is nothing to add, and amd_iommu=on is unknown to the kernel",
        )
    if facts.pci.groups:
        return (), ("the IOMMU is on",)
    return (), ("the firmware describes no IOMMU that an argument could switch on; serai host check iommu.acpi",)


def _given(facts: Facts, word: str) -> bool:
    """Now, at the next boot, or for the next kernel."""
    lines = [facts.boot.kept.text, *(each.text for each in facts.boot.next)]
    try:
        lines.append(facts.boot.now.text)
    except Unknown:
        if facts.source.live:
            raise Unknown("there is none", NOW) from None
    return any(word in line.replace("-", "_").split() for line in lines)
