"""<os>: machine type, firmware, the kernel that is started directly, and what it boots from."""

from __future__ import annotations

from serai.providers.libvirt.render.element import Element, add
from serai.providers.libvirt.site import Site
from serai.spec.machine import Machine

NETWORK = "network"
SEED = "seed"


def board(machine: Machine, arch: str) -> str:
    """The machine type; `virt` for aarch64, where there is no q35."""
    configured = machine.providers.libvirt.machine
    return "virt" if arch == "aarch64" and configured == "q35" else configured


def pcie(machine: Machine, arch: str) -> bool:
    """Whether the machine type has a PCIe bus, whose root ports can be plugged."""
    name = board(machine, arch)
    return "q35" in name or name.split("-")[0] == "virt"


def add_os(root: Element, machine: Machine, site: Site) -> None:
    """UEFI is found by libvirt through the host's firmware descriptors: never a path of ours.

    Both features are always stated: where nothing is said, the first descriptor wins, and on Debian that is
    the one with Secure Boot and Microsoft's keys. Source: libvirt, formatdomain, `<os firmware>`.
    """
    os = add(root, "os", firmware="efi" if site.uefi else None)
    add(os, "type", "hvm", arch=site.arch, machine=board(machine, site.arch))
    if site.uefi:
        wanted = bool(machine.secure_boot)
        parent = add(os, "firmware")
        add(parent, "feature", enabled=wanted, name="enrolled-keys")
        add(parent, "feature", enabled=wanted, name="secure-boot")
    if site.kernel:
        add(os, "kernel", site.kernel.kernel)
        if site.kernel.initrd:
            add(os, "initrd", site.kernel.initrd)
        if site.kernel.cmdline:
            add(os, "cmdline", site.kernel.cmdline)
    if machine.boot.menu:
        add(os, "bootmenu", enable=True)


def boot_order(machine: Machine, site: Site) -> dict[str, int]:
    """Name of a disk, or `network` -> its place, from 1. A kernel that QEMU loads itself comes before all."""
    if machine.boot.order:
        return {name: place for place, name in enumerate(machine.boot.order, 1)}
    if site.kernel:
        return {}
    return {name: place for place, name in enumerate((each.name for each in site.disks if each.name != SEED), 1)}
