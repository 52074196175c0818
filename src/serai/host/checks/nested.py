"""Checks of a guest against the host that it runs on: what it takes to run guests in it (NEST-6, NEST-7)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.cpu import INFO
from serai.host.facts.host import Facts
from serai.host.facts.source import Reading, Unknown

TABLE = Table()
SWITCHES = frozenset(["vmx", "svm"])
_HOST_ONLY = (
    "acpi aperfmperf art arch_perfmon bts cat_l3 cdp_l3 constant_tsc cpb cqm_llc cqm_mbm_total "
    "cqm_occup_llc ds_cpl dtes64 dtherm dts epb est ht hw_pstate hwp ibs ida mba monitor mwait "
    "nodeid_msr nonstop_tsc pbe pebs perfctr_core perfctr_llc perfctr_nb pln proc_feedback pts rdt_a "
    "sdbg skinit smx svm tm tm2 topoext vmx wdt xtpr "
)
OF_THE_HOST = frozenset(_HOST_ONLY.split())
"""Words of /proc/cpuinfo that no guest sees, or that are judged on their own. Source: linux/cpufeatures.h."""
SHOWN = 8
"""Words that a line names."""

Compare = Callable[[Facts, Facts], Finding]


def _of_guest(compare: Compare) -> Callable[[Facts], Finding]:
    """For a guest whose host is known; else it does not apply."""

    def judged(facts: Facts) -> Finding:
        if facts.outer is None:
            return not_applicable("guest", "asked of a guest: serai host check --guest NAME")
        return compare(facts.outer, facts)

    return judged


def _switch(facts: Facts) -> str:
    return " ".join(sorted(facts.cpu.flags & SWITCHES))


@TABLE.row(
    "nest.flag",
    "the guest sees the processor's switch for virtual machines",
    reads=f"{INFO} of host and guest",
    worst=Outcome.FAIL,
    why="KVM in the guest needs vmx (Intel) or svm (AMD), which a guest sees only when it is given.",
    next="cpu: {nested: true} for this machine, then serai reload",
    verify="serai host check --guest NAME nest",
    when_not="A guest that runs no guests: the flag is attack surface.",
    old="host-passthrough for each guest: it gives vmx, and all else, too.",
    source="Linux, Documentation/virt/kvm/x86/running-nested-guests.rst",
    guide=("NEST-5", "NEST-6"),
)
@_of_guest
def flag(host: Facts, guest: Facts) -> Finding:
    here, there = _switch(host), _switch(guest)
    value = f"host: {here or 'none'}, guest: {there or 'none'}"
    if there:
        return passed(INFO, value, "" if here else "emulated, or kept from this host's own view")
    if not here:
        return fail(INFO, "the host has neither vmx nor svm to give", value, next="serai host check cpu.flags")
    return fail(INFO, f"the guest does not see {here}", value)


@TABLE.row(
    "nest.parameter",
    "the host's KVM lets guests run guests",
    reads="/sys/module/kvm_{intel,amd}/parameters/nested of the host",
    worst=Outcome.FAIL,
    why="With nested=0 no guest gets vmx or svm, whatever it is given.",
    next="serai host tune nested",
    undo="serai host undo nested",
    source="Linux, Documentation/virt/kvm/x86/running-nested-guests.rst",
    guide=("NEST-1", "NEST-2", "NEST-6"),
)
@_of_guest
def parameter(host: Facts, guest: Facts) -> Finding:
    if not host.kvm_module:
        return not_applicable("/sys/module", "the host has neither kvm_intel nor kvm_amd: its guests are emulated")
    seen = host.modules.parameter(host.kvm_module, "nested")
    if seen.text in ("Y", "1"):
        return passed(seen)
    return fail(seen, "the host keeps vmx and svm from its guests")


@TABLE.row(
    "nest.device",
    "the guest has /dev/kvm",
    reads="/dev/kvm of the guest",
    worst=Outcome.FAIL,
    why="The flag is one thing; the guest's own kernel must have KVM, too.",
    next="in the guest: modprobe kvm_intel or kvm_amd",
    source="Linux, Documentation/virt/kvm/api.rst",
    guide=("NEST-6",),
)
@_of_guest
def device(host: Facts, guest: Facts) -> Finding:
    if guest.source.has("/dev/kvm"):
        return passed("/dev/kvm", "there")
    if not _switch(guest):
        return fail("/dev/kvm", "no flag, no KVM", "not there", next="cpu: {nested: true} for this machine")
    known = guest.modules.indexed and not guest.modules.built_in("kvm") and not guest.modules.file("kvm")
    if known:
        return fail("/dev/kvm", "the guest's kernel has no KVM", "not there", next="another kernel for the guest")
    return fail("/dev/kvm", "KVM is not loaded in the guest", "not there")


@TABLE.row(
    "nest.runs",
    "a guest in the guest runs in KVM",
    reads="a guest of 700 bytes, in the guest",
    worst=Outcome.FAIL,
    why="Flags and devices are promises; only code that ran is proof.",
    next="serai host check --guest NAME kvm, which says what stands between",
    numbers="the probe takes 0.1 s under KVM, and is given up after 3 s",
    source="measured: nested hosts offer /dev/kvm and hang",
    guide=("NEST-6", "NEST-7"),
)
@_of_guest
def runs(host: Facts, guest: Facts) -> Finding:
    if not guest.source.has("/dev/kvm"):
        return fail("/dev/kvm", "the guest has no KVM to run it in", "not there", next="see nest.device")
    name, _, reason = guest.source.ask("probe-guest").partition(": ")
    return passed("probe guest", "it ran") if name == "kvm" else fail("probe guest", reason, name)


@TABLE.row(
    "nest.processor",
    "the guest sees the host's processor",
    reads=f"{INFO} of host and guest",
    worst=Outcome.WARN,
    why="A guest in the guest gets no instruction that its own host does not have.",
    next="cpu: {model: host-passthrough}, or a newer named model",
    when_not="Guests that migrate between different hosts: a named model that all of them have.",
    source="libvirt, domain capabilities",
    guide=("CPU-1", "NEST-6"),
)
@_of_guest
def processor(host: Facts, guest: Facts) -> Finding:
    lacks = sorted(host.cpu.flags - guest.cpu.flags - OF_THE_HOST)
    levels = f"host: {host.cpu.level}, guest: {guest.cpu.level}" if host.cpu.x86 and guest.cpu.x86 else ""
    if not lacks:
        return passed(INFO, levels or "all of it")
    more = f" and {len(lacks) - SHOWN} more" if len(lacks) > SHOWN else ""
    why = f"the guest lacks {' '.join(lacks[:SHOWN])}{more}"
    lower = host.cpu.x86 and guest.cpu.x86 and guest.cpu.level < host.cpu.level
    return warn(INFO, why, levels) if lower else note(INFO, why, levels)


@TABLE.row(
    "nest.libvirt",
    "libvirt in the guest offers KVM as the host's does",
    reads="virsh capabilities, on host and guest",
    worst=Outcome.FAIL,
    why="libvirt starts guests under KVM only where its own probe of QEMU found it.",
    next="see nest.flag and nest.device; then restart libvirtd or virtqemud in the guest: it probes at its start",
    source="libvirt, capabilities XML: guest/arch/domain",
    old="virsh capabilities on both, compared by eye.",
    guide=("NEST-6",),
)
@_of_guest
def libvirt(host: Facts, guest: Facts) -> Finding:
    if not guest.source.program("virsh"):
        return not_applicable("virsh capabilities", "the guest has no libvirt")
    there, model = _capabilities(guest)
    if not host.source.program("virsh"):
        said = f"guest: {model}"
    else:
        here, own = _capabilities(host)
        said = f"host: {own}, guest: {model}"
        if here and not there:
            return fail("virsh capabilities", "the host's libvirt offers KVM, the guest's does not", said)
    return passed("virsh capabilities", said) if there else fail("virsh capabilities", "it offers no KVM", said)


def _capabilities(facts: Facts) -> tuple[bool, str]:
    """Whether libvirt offers KVM, and the processor's name there. Raises Unknown."""
    said: Reading = facts.source.run("virsh", "capabilities")
    try:
        tree = ET.fromstring(said.text)
    except ET.ParseError as error:
        raise Unknown(f"it is no XML: {error}", said.path) from error
    offers = any(domain.get("type") == "kvm" for domain in tree.iter("domain"))
    return offers, f"{'kvm' if offers else 'no kvm'}, {tree.findtext('host/cpu/model') or 'no model'}"
