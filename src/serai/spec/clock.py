"""Clock and timers of a machine, and what makes Windows feel at home on KVM."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated


class Offset(StrEnum):
    UTC = "utc"
    LOCALTIME = "localtime"


class TickPolicy(StrEnum):
    """What becomes of ticks that the guest missed. Source: libvirt, formatdomain, `<timer tickpolicy>`."""

    DELAY = "delay"
    CATCHUP = "catchup"
    DISCARD = "discard"


class Clock(Spec, frozen=True):
    """`clock: localtime` is short for `clock: {offset: localtime}`."""

    offset: Annotated[Offset, Meta(description="what the clock chip says at start; Windows wants localtime")] = (
        Offset.UTC
    )
    rtc: Annotated[TickPolicy, Meta(description="missed ticks of the clock chip: catchup or delay")] = (
        TickPolicy.CATCHUP
    )
    pit: Annotated[TickPolicy, Meta(description="missed ticks of the interval timer: delay or discard")] = (
        TickPolicy.DELAY
    )
    hpet: Annotated[bool, Meta(description="a high precision event timer; slow to read under KVM")] = False
    kvmclock: Annotated[bool, Meta(description="KVM's paravirtual clock")] = True


class HyperV(Spec, frozen=True):
    """A Windows guest under KVM finds what it would find on Hyper-V. `hyperv: true` is all the safe ones.

    Source: QEMU, docs/system/i386/hyperv.rst.
    """

    relaxed: Annotated[bool, Meta(description="no watchdog against slow timers")] = True
    vapic: Annotated[bool, Meta(description="faster interrupt controller")] = True
    spinlocks: Annotated[
        Annotated[int, Meta(ge=4095, le=0xFFFFFFFF)] | None,
        Meta(description="tries before a spinning CPU tells the host; default: 8191"),
    ] = 8191
    vpindex: Annotated[bool, Meta(description="index of virtual processors; synic needs it")] = True
    runtime: Annotated[bool, Meta(description="time that the CPU really ran")] = True
    synic: Annotated[bool, Meta(description="synthetic interrupts; stimer needs it")] = True
    stimer: Annotated[bool, Meta(description="synthetic timers, with the reference clock")] = True
    reset: Annotated[bool, Meta(description="reset by a register")] = True
    frequencies: Annotated[bool, Meta(description="frequencies of TSC and APIC")] = True
    tlbflush: Annotated[bool, Meta(description="paravirtual TLB flush")] = True
    ipi: Annotated[bool, Meta(description="paravirtual interrupts between processors")] = True
    reenlightenment: Annotated[bool, Meta(description="notice of a changed TSC; needs TSC scaling")] = False
    evmcs: Annotated[bool, Meta(description="enlightened VMCS for Hyper-V in the guest; Intel only")] = False
    avic: Annotated[bool, Meta(description="let the hardware's APIC be used; needs APICv or AVIC")] = False
