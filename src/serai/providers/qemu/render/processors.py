"""Processors: model and flags (CPU-1, CPU-2), Hyper-V's enlightenments, topology."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.qemu.render.words import Option, switch
from serai.providers.qemu.site import Site
from serai.spec.clock import HyperV
from serai.spec.cpu import MODEL_NAMES, CpuCache
from serai.spec.machine import Machine

HOST_MODELS = ("host", "max")
"""The models that are the processor itself, not a named one."""

ENLIGHTENMENTS = {
    "relaxed": ("hv-relaxed",),
    "vapic": ("hv-vapic",),
    "vpindex": ("hv-vpindex",),
    "runtime": ("hv-runtime",),
    "synic": ("hv-synic",),
    "stimer": ("hv-stimer", "hv-time"),
    "reset": ("hv-reset",),
    "frequencies": ("hv-frequencies",),
    "tlbflush": ("hv-tlbflush",),
    "ipi": ("hv-ipi",),
    "reenlightenment": ("hv-reenlightenment",),
    "evmcs": ("hv-evmcs",),
    "avic": ("hv-avic",),
}
"""Key of `hyperv` -> flags; synthetic timers need the reference clock. Source: QEMU, hyperv.rst."""

CACHES = {
    CpuCache.PASSTHROUGH: {"host-cache-info": True, "l3-cache": False},
    CpuCache.EMULATE: {"host-cache-info": False, "l3-cache": True},
    CpuCache.DISABLE: {"host-cache-info": False, "l3-cache": False},
}


def options(machine: Machine, site: Site) -> Iterator[Option]:
    yield "-cpu", cpu_words(machine, site)
    yield "-smp", smp_words(machine)


def model(machine: Machine, accel: str) -> str:
    """QEMU's name of the model: `auto` is `host` under KVM and `max` under TCG."""
    name = MODEL_NAMES.get(machine.cpu.model, machine.cpu.model)
    if name == "auto":
        return "host" if accel == "kvm" else "max"
    return name


def cpu_words(machine: Machine, site: Site) -> str:
    """CPU-1. Nested virtualization is hidden unless asked for."""
    cpu, name = machine.cpu, model(machine, site.accel)
    flags = dict(cpu.features)
    if site.arch == "amd64":
        if cpu.nested:
            flags.setdefault("svm" if site.accel == "tcg" else site.nested_flag or "vmx", True)
        elif site.accel == "kvm" and name in HOST_MODELS:
            # Only under KVM: programs in the guest crash when TCG of QEMU 7.2 is told `max,svm=off` (glibc's
            # _dl_get_origin reads garbage), and there is no harm in showing SVM where all is slow anyway.
            flags.setdefault("vmx", False)
            flags.setdefault("svm", False)
    if cpu.migratable is not None:
        flags["migratable"] = cpu.migratable
    if cpu.cache:
        flags |= CACHES[cpu.cache]
    if cpu.pmu is not None:
        flags["pmu"] = cpu.pmu
    if cpu.dedicated:
        flags["kvm-hint-dedicated"] = True
    if not machine.clock.kvmclock and site.arch == "amd64":
        flags["kvmclock"] = False
    words = [name, *(f"{flag}={switch(on)}" for flag, on in flags.items())]
    if machine.hyperv:
        words += hyperv_words(machine.hyperv)
    if machine.gpu.hide_hypervisor:
        words += ["kvm=off", f"hv-vendor-id={machine.gpu.vendor_id}"]
    return ",".join(words)


def hyperv_words(hyperv: HyperV) -> list[str]:
    """The enlightenments that are on."""
    words = [f"{flag}=on" for key, flags in ENLIGHTENMENTS.items() if getattr(hyperv, key) for flag in flags]
    if hyperv.spinlocks:
        words.append(f"hv-spinlocks={hyperv.spinlocks:#x}")
    return words


def smp_words(machine: Machine) -> str:
    """CPUs and their topology: cores of one socket unless the spec says otherwise."""
    cpu = machine.cpu
    count = cpu.total
    most = max(count, cpu.max or 0)
    topology = cpu.topology or {"sockets": 1, "cores": most, "threads": 1}
    return ",".join([f"cpus={count}", f"maxcpus={most}", *(f"{name}={value}" for name, value in topology.items())])
