"""Checks of the processors' virtualization (HW-1): flags, firmware, what KVM makes of them."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.cpu import INFO
from serai.host.facts.host import Facts
from serai.host.facts.modules import NO
from serai.host.facts.source import Unknown

TABLE = Table()
PARAMETERS = "/sys/module/{module}/parameters/{name}"
ON = {"Y", "1", "y"}


@TABLE.row(
    "cpu.kvm-api",
    "/dev/kvm answers",
    reads="ioctl KVM_GET_API_VERSION on /dev/kvm",
    worst=Outcome.FAIL,
    why="Without KVM guests run under TCG, which emulates every instruction, many times slower.",
    next="load the module: modprobe kvm_intel or kvm_amd; if it refuses, switch VT-x or SVM on in the firmware",
    verify="serai host check cpu.kvm-api",
    old="Look for vmx or svm in /proc/cpuinfo: the flag is neither needed (arm64, kvm_pvm) nor enough (firmware).",
    source="Linux, Documentation/virt/kvm/api.rst",
    guide=("HW-1",),
)
def kvm_api(facts: Facts) -> Finding:
    said = facts.source.ask("kvm-api")
    if said == "absent":
        return fail("/dev/kvm", "there is no KVM: guests run under TCG", said)
    if said.startswith("refused"):
        return fail("/dev/kvm", "this user cannot open it", said, next="serai host check kvm.access")
    if said != "12":
        return fail("/dev/kvm", "serai, QEMU and libvirt speak version 12 only", f"version {said}")
    return passed("/dev/kvm", "version 12")


@TABLE.row(
    "cpu.flags",
    "the processor shows vmx or svm",
    reads=f"{INFO}, ioctl on /dev/kvm",
    worst=Outcome.FAIL,
    why="The flag says that the processor has VT-x or AMD-V; what counts in the end is whether KVM answers.",
    next="switch VT-x (Intel) or SVM (AMD) on in the firmware, or, in a guest, give it a nested CPU (NEST-5)",
    reboot="reboot",
    old="The flag alone was taken for the answer; firmware may have locked what it shows.",
    source="Linux, arch/x86/include/asm/cpufeatures.h",
    guide=("HW-1",),
)
def flags(facts: Facts) -> Finding:
    if not facts.cpu.x86:
        return not_applicable(INFO, "only x86 has such a flag")
    found = sorted(facts.cpu.flags & {"vmx", "svm"})
    if found:
        return passed(INFO, " ".join(found))
    if facts.source.ask("kvm-api") == "12":
        why = "KVM answers without the flag, as page-table based KVM does"
        return note(INFO, why, "neither vmx nor svm", next="serai host check kvm.probe-guest")
    return fail(INFO, "the processor shows no virtualization, and KVM does not answer", "neither vmx nor svm")


@TABLE.row(
    "cpu.firmware",
    "the firmware has not switched virtualization off",
    reads="the kernel's log",
    worst=Outcome.FAIL,
    why="The kernel refuses KVM when the firmware has locked VT-x or SVM in the off state.",
    next="switch VT-x (Intel) or SVM (AMD) on in the firmware's setup",
    reboot="reboot",
    source="Linux, arch/x86/kvm: `disabled by bios`",
    guide=("HW-1",),
)
def firmware(facts: Facts) -> Finding:
    if not facts.cpu.x86:
        return not_applicable(INFO, "only x86 firmware has such a lock")
    log = facts.kernel_log
    said = [line for line in log.lines if "disabled by bios" in line.lower()]
    if said:
        return fail(log.path, "the firmware has switched it off", said[0].strip())
    if facts.kvm_module:
        return passed(f"/sys/module/{facts.kvm_module}", f"{facts.kvm_module} is loaded")
    if not facts.log_is_complete:
        raise Unknown("the log no longer holds the kernel's start", log.path)
    return passed(log.path, "no `disabled by bios`")


def _nothing(facts: Facts) -> str:
    if facts.kvm_module:
        return f"{facts.kvm_module} has no such switch"
    return "neither kvm_intel nor kvm_amd is loaded"


def _switch(facts: Facts, names: dict[str, str], off: str, why: str, worse: bool) -> Finding:
    """A parameter of kvm_intel or kvm_amd that should be on."""
    name = names.get(facts.kvm_module)
    if not name:
        return not_applicable("/sys/module", _nothing(facts))
    seen = facts.modules.parameter(facts.kvm_module, name)
    if not seen.there:
        return not_applicable(seen, "this kernel has no such parameter")
    if seen.text in ON:
        return passed(seen)
    return (fail if worse else warn)(seen, why, next=off)


@TABLE.row(
    "cpu.slat",
    "second level address translation is used (EPT, NPT)",
    reads=PARAMETERS.format(module="kvm_*", name="{ept,npt}"),
    worst=Outcome.FAIL,
    why="Without it the kernel keeps shadow page tables, and every change of a guest's page table is a trap.",
    next="remove ept=0 or npt=0 from modprobe.d and the kernel's command line, and load the module again",
    reboot="reload",
    source="Linux, Documentation/admin-guide/kernel-parameters.txt: kvm-intel.ept, kvm-amd.npt",
    guide=("HW-1",),
)
def slat(facts: Facts) -> Finding:
    names = {"kvm_intel": "ept", "kvm_amd": "npt"}
    return _switch(facts, names, "", "guests keep shadow page tables, which is slow", True)


@TABLE.row(
    "cpu.unrestricted",
    "guests start in real mode without emulation (Intel)",
    reads=PARAMETERS.format(module="kvm_intel", name="unrestricted_guest"),
    worst=Outcome.WARN,
    why="Without unrestricted guests KVM emulates real mode, in which firmware and boot loaders run.",
    next="remove unrestricted_guest=0; processors before Westmere have none",
    reboot="reload",
    source="Linux, kernel-parameters.txt: kvm-intel.unrestricted_guest",
    guide=("HW-1",),
)
def unrestricted(facts: Facts) -> Finding:
    return _switch(facts, {"kvm_intel": "unrestricted_guest"}, "", "real mode is emulated", False)


@TABLE.row(
    "cpu.vpid",
    "address spaces of guests are tagged (Intel VPID)",
    reads=PARAMETERS.format(module="kvm_intel", name="vpid"),
    worst=Outcome.WARN,
    why="Without tags every change between host and guest throws the translations away.",
    next="remove vpid=0 from the options of kvm_intel",
    reboot="reload",
    source="Linux, kernel-parameters.txt: kvm-intel.vpid",
    guide=("HW-1",),
)
def vpid(facts: Facts) -> Finding:
    return _switch(facts, {"kvm_intel": "vpid"}, "", "each exit flushes the TLB", False)


@TABLE.row(
    "cpu.apicv",
    "interrupts reach guests without an exit (APICv, AVIC)",
    reads=PARAMETERS.format(module="kvm_*", name="{enable_apicv,avic}"),
    worst=Outcome.NOTE,
    why="Virtual interrupt controllers spare an exit for each interrupt.",
    next="AMD from Zen 4 on: serai host tune avic",
    undo="serai host undo avic",
    reboot="reload",
    when_not="AVIC of older AMD processors switches itself off with nested guests and some timers.",
    source="Linux, arch/x86/kvm: enable_apicv, avic",
    guide=("HW-1",),
)
def apicv(facts: Facts) -> Finding:
    names = {"kvm_intel": "enable_apicv", "kvm_amd": "avic"}
    found = _switch(facts, names, "", "each interrupt costs an exit", False)
    return note(found.read, found.why, found.value) if found.outcome is Outcome.WARN else found


@TABLE.row(
    "kvm.nested",
    "guests can run virtual machines of their own",
    reads=PARAMETERS.format(module="kvm_*", name="nested"),
    worst=Outcome.FAIL,
    why="A guest sees vmx or svm only where the module allows nesting.",
    next="serai host tune nested",
    verify="cat /sys/module/kvm_intel/parameters/nested, or kvm_amd",
    undo="serai host undo nested",
    reboot="reload",
    numbers="on by default since Linux 4.20",
    when_not="AMD: a guest that itself runs guests must not be migrated.",
    old="A modprobe.d file or kvm-intel.nested=1 on the command line was needed; since 4.20 both change nothing.",
    source="Linux, Documentation/virt/kvm/x86/running-nested-guests.rst",
    guide=("NEST-1", "NEST-2", "NEST-3", "NEST-4"),
)
def nested(facts: Facts) -> Finding:
    if facts.wants.nested and not facts.kvm_module:
        raise Unknown("neither kvm_intel nor kvm_amd is loaded: nothing says what guests will see", "/sys/module")
    found = _switch(facts, {"kvm_intel": "nested", "kvm_amd": "nested"}, "", "guests see no vmx or svm", False)
    if facts.wants.nested and found.outcome is Outcome.WARN:
        return fail(found.read, f"{', '.join(facts.wants.nested)} of the project needs nesting", found.value)
    if found.outcome is Outcome.WARN:
        return note(found.read, found.why, found.value)
    return found


@TABLE.row(
    "kvm.nested-option",
    "no option repeats what is the default",
    reads="/etc/modprobe.d, /proc/cmdline",
    worst=Outcome.NOTE,
    why="nested=1 does no harm, but the next reader takes it for needed.",
    next="remove nested=1: it is the kernel's default",
    numbers="default since Linux 4.20",
    old="nested=1 in modprobe.d or on the command line, as guides from before 2019 have it.",
    source="Linux, Documentation/virt/kvm/x86/running-nested-guests.rst",
    guide=("NEST-3", "NEST-4"),
)
def nested_option(facts: Facts) -> Finding:
    given = [each for name in ("kvm_intel", "kvm_amd") for each in facts.modules.option(name, "nested")]
    if not given:
        return passed("/etc/modprobe.d", "no `nested=`")
    path, value = given[-1]
    shown = f"nested={value}"
    if value in NO:
        return note(path, "nesting is switched off at the next load", shown, next=f"remove it from {path}")
    if (0, 0) < facts.kernel < (4, 20):
        return passed(path, shown)
    return note(path, "the default since Linux 4.20", shown)


@TABLE.row(
    "cpu.level",
    "the processor is of a level that today's guests need",
    reads=INFO,
    worst=Outcome.WARN,
    why="RHEL 9 and its relatives need x86-64-v2, RHEL 10 v3: their guests stop at the first "
    "instruction otherwise.",
    next="choose guests of an older release, or a host with AVX2",
    numbers="v2: Nehalem, Jaguar; v3: Haswell, Zen; v4: Skylake-SP, Zen 4",
    source="x86-64 psABI; release notes of RHEL 9 and 10",
    guide=("CPU-1",),
)
def level(facts: Facts) -> Finding:
    if not facts.cpu.x86:
        return not_applicable(INFO, "levels are of x86-64 alone")
    found = facts.cpu.level
    if found == "x86-64-v1":
        return warn(INFO, "guests of RHEL 9 and 10 do not run", found)
    return note(INFO, "guests of RHEL 10 do not run", found) if found == "x86-64-v2" else passed(INFO, found)


@TABLE.row(
    "cpu.virtual",
    "whether this host is itself a guest",
    reads=f"{INFO}, /sys/class/dmi/id/sys_vendor, /sys/hypervisor/type, clock sources",
    worst=Outcome.NOTE,
    why="Guests in a guest are nested: slower, and dependent on what the outer host allows.",
    next="serai explain NEST-5: what the outer host must give",
    source="Linux, cpufeatures.h: hypervisor",
    guide=("NEST-1", "NEST-7"),
)
def virtual(facts: Facts) -> Finding:
    if not facts.cpu.x86:
        raise Unknown("this architecture has no flag for it", INFO)
    if not facts.cpu.virtual:
        return passed(INFO, "no flag `hypervisor`")
    return note(INFO, "this host is a guest, its guests are nested", f"hypervisor {hypervisor(facts)}".strip())


VENDORS = {
    "QEMU": "kvm", "Red Hat": "kvm", "Google": "kvm", "Amazon EC2": "kvm", "OpenStack": "kvm", "Alibaba": "kvm",
    "DigitalOcean": "kvm", "VMware": "vmware", "innotek": "virtualbox", "Oracle": "virtualbox",
    "Microsoft": "hyperv", "Xen": "xen", "Parallels": "parallels", "BHYVE": "bhyve", "Bochs": "bochs",
}  # fmt: skip
"""How vendors call themselves in the DMI tables of their guests. Source: systemd, src/basic/virt.c."""
CLOCKS = {"kvm-clock": "kvm", "hyperv_clocksource_tsc_page": "hyperv", "xen": "xen"}
"""Clocks that only a guest of that hypervisor is offered. Source: Linux, arch/x86/kernel/kvmclock.c and others."""


def hypervisor(facts: Facts) -> str:
    """Which one runs this host, as its firmware and its clocks say; empty: it does not show itself."""
    told = facts.read("/sys/hypervisor/type").text
    vendor = facts.read("/sys/class/dmi/id/sys_vendor").text
    offered = facts.read("/sys/devices/system/clocksource/clocksource0/available_clocksource").text.split()
    by_vendor = next((name for word, name in VENDORS.items() if vendor.startswith(word)), "")
    by_clock = next((name for clock, name in CLOCKS.items() if clock in offered), "")
    return told or by_vendor or by_clock or vendor


@TABLE.row(
    "cpu.pause-exits",
    "a virtual CPU that spins for a lock gives its processor away",
    reads=PARAMETERS.format(module="kvm_*", name="{ple_gap,pause_filter_count}"),
    worst=Outcome.NOTE,
    why="Without pause loop exits a guest with more CPUs than are free burns whole time slices in spin locks.",
    next="remove ple_gap=0 or pause_filter_count=0 from modprobe.d, and load the module again",
    reboot="reload",
    when_not="Guests that are pinned with a processor for each virtual CPU: there 0 spares exits.",
    numbers="the defaults are ple_gap 128, pause_filter_count 3000",
    source="Linux, arch/x86/kvm: ple_gap, pause_filter_count",
    guide=("CPU-2",),
)
def pause_exits(facts: Facts) -> Finding:
    name = {"kvm_intel": "ple_gap", "kvm_amd": "pause_filter_count"}.get(facts.kvm_module)
    if not name:
        return not_applicable("/sys/module", _nothing(facts))
    seen = facts.modules.parameter(facts.kvm_module, name)
    if not seen.there:
        return not_applicable(seen, "this kernel has no such parameter")
    return note(seen, "spinning guests keep their processors") if seen.number == 0 else passed(seen)
