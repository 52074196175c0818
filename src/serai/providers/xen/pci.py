"""PCI devices of a dom0: which there are, and those taken from its drivers, which are given back (PCI-1)."""

from __future__ import annotations

from shlex import quote

from serai.providers.xen import gather
from serai.providers.xen.dom0 import Dom0
from serai.spec.machine import Machine

DEVICES = "/sys/bus/pci/devices"
PCIBACK = "/sys/bus/pci/drivers/pciback"
"""dom0's driver of what guests are given. Source: linux, drivers/xen/xen-pciback/pci_stub.c."""


def functions_there(host: Dom0, machine: Machine) -> dict[str, tuple[str, ...]]:
    """Slot -> the functions that dom0 has in it, for the devices that are given away."""
    slots = gather.slots(machine)
    if not slots:
        return {}
    said = host.run(f"ls {DEVICES}").stdout.split()
    return {slot: tuple(sorted(each for each in said if each.startswith(f"{slot}."))) for slot in slots}


def to_take(host: Dom0, machine: Machine, there: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Functions that xl will take from a driver of dom0's, or from none: not those that pciback has already.

    What was bound to it by hand stays so.
    """
    if not machine.providers.xen.pci_seize or not machine.devices.pci:
        return ()
    wanted = [each for found in gather.functions(machine, there).values() for each in found]
    lines = ["modprobe -q xen-pciback 2>/dev/null"]
    lines += [f"[ -e {PCIBACK}/{quote(each)} ] || echo {quote(each)}" for each in wanted]
    return tuple(host.run("\n".join([*lines, "true"])).stdout.split())


def give_back(functions: tuple[str, ...]) -> str:
    """Words of a shell that bind functions to the drivers that they were taken from. Source: xl(1),
    pci-assignable-remove -r. Fails where one stays with pciback.
    """
    lines = [
        f"[ ! -e {PCIBACK}/{each} ] || xl pci-assignable-remove -r {each} || exit 1"
        for each in map(quote, functions)
    ]
    return "\n".join(lines)
