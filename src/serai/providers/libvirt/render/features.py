"""<features> and <clock>: the board's switches, KVM's and Hyper-V's, and timers."""

from __future__ import annotations

from serai.providers.libvirt.render.element import Element, add, on_off
from serai.providers.libvirt.render.firmware import pcie
from serai.providers.libvirt.site import Site
from serai.spec.clock import HyperV
from serai.spec.machine import Machine

NEVER_NOTIFY = 0xFFFFFFFF


def add_features(root: Element, machine: Machine, site: Site) -> None:
    """What is not said is libvirt's default; vmport and smm are off, as nobody has a use for them (CPU-1)."""
    parent = add(root, "features")
    add(parent, "acpi")
    intel = site.arch == "x86_64"
    if intel:
        add(parent, "apic")
    if machine.hyperv or machine.gpu.hide_hypervisor:
        _hyperv(add(parent, "hyperv", mode="custom"), machine)
    _kvm(parent, machine)
    if machine.cpu.pmu is not None:
        add(parent, "pmu", state=on_off(machine.cpu.pmu))
    if intel and pcie(machine, site.arch):
        add(parent, "vmport", state="off")
    if intel and (site.uefi and machine.secure_boot):
        add(parent, "smm", state="on")
    elif intel and pcie(machine, site.arch):
        add(parent, "smm", state="off")


HYPERV = {
    "relaxed": "relaxed",
    "vapic": "vapic",
    "spinlocks": "spinlocks",
    "vpindex": "vpindex",
    "runtime": "runtime",
    "synic": "synic",
    "stimer": "stimer",
    "reset": "reset",
    "frequencies": "frequencies",
    "reenlightenment": "reenlightenment",
    "tlbflush": "tlbflush",
    "ipi": "ipi",
    "evmcs": "evmcs",
    "avic": "avic",
}
"""Element -> key of the spec, in libvirt's order. Source: libvirt, formatdomain, `<hyperv>`."""


def _hyperv(parent: Element, machine: Machine) -> None:
    for tag, key in HYPERV.items():
        value = getattr(machine.hyperv, key) if machine.hyperv else None
        if tag == "spinlocks" and value:
            add(parent, tag, state="on", retries=value)
        elif value:
            add(parent, tag, state="on")
    if machine.gpu.hide_hypervisor:
        _vendor(parent, machine.gpu.vendor_id)


def _vendor(parent: Element, value: str) -> None:
    """GPU-7: libvirt writes it between reset and frequencies."""
    vendor = add(parent, "vendor_id", state="on", value=value)
    parent.remove(vendor)
    before = [child.tag for child in parent if child.tag in list(HYPERV)[: list(HYPERV).index("frequencies")]]
    parent.insert(len(before), vendor)


def _kvm(parent: Element, machine: Machine) -> None:
    if machine.gpu.hide_hypervisor or machine.cpu.dedicated:
        kvm = add(parent, "kvm")
        if machine.gpu.hide_hypervisor:
            add(kvm, "hidden", state="on")
        if machine.cpu.dedicated:
            add(kvm, "hint-dedicated", state="on")


def add_clock(root: Element, machine: Machine, site: Site) -> None:
    clock = machine.clock
    parent = add(root, "clock", offset=clock.offset)
    if site.arch != "x86_64":
        return
    add(parent, "timer", name="rtc", tickpolicy=clock.rtc)
    add(parent, "timer", name="pit", tickpolicy=clock.pit)
    add(parent, "timer", name="hpet", present=clock.hpet)
    if not clock.kvmclock:
        add(parent, "timer", name="kvmclock", present=False)
    if _reference_clock(machine.hyperv):
        add(parent, "timer", name="hypervclock", present=True)


def _reference_clock(hyperv: HyperV | None) -> bool:
    return bool(hyperv and hyperv.stimer)
