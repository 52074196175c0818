"""<features> and <clock>: the board's switches, KVM's and Hyper-V's, and timers."""

from __future__ import annotations

from serai.providers.libvirt.render.element import Element, add, on_off
from serai.providers.libvirt.render.firmware import pcie
from serai.providers.libvirt.site import Site
from serai.spec.clock import HyperV
from serai.spec.machine import Machine


def add_features(root: Element, machine: Machine, site: Site) -> None:
    """What is not said is libvirt's default; vmport and smm are off, as nobody has a use for them (CPU-1)."""
    parent = add(root, "features")
    intel = site.arch == "x86_64"
    if intel or site.uefi:  # Arm boards have ACPI by UEFI alone
        add(parent, "acpi")
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


HYPERV = (
    *("relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "reset", "vendor_id"),
    *("frequencies", "reenlightenment", "tlbflush", "ipi", "evmcs", "avic"),
)
"""In libvirt's order; all but vendor_id are keys of the spec, too. Source: libvirt, formatdomain, `<hyperv>`."""


def _hyperv(parent: Element, machine: Machine) -> None:
    """GPU-7: the vendor's id is there without any of the others, too."""
    for tag in HYPERV:
        if tag == "vendor_id":
            if machine.gpu.hide_hypervisor:
                add(parent, tag, state="on", value=machine.gpu.vendor_id)
        elif machine.hyperv and (value := getattr(machine.hyperv, tag)):
            add(parent, tag, state="on", retries=value if tag == "spinlocks" else None)


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
