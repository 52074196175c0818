"""Checks of memory: how much there is, transparent huge pages, swap, KSM, limits (MEM-6..11)."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.boot import NOW
from serai.host.facts.host import Facts
from serai.host.facts.memory import INFO, THP
from serai.host.facts.source import Reading, Unknown
from serai.host.wants import Role
from serai.util.units import GIB, human_size

TABLE = Table()
MUCH_SWAPPINESS = 30
"""tuned's virtual-guest has 30, its virtual-host 10. Source: tuned, profiles."""
LIMITS = "/etc/security/limits.d"
KSM = "/sys/kernel/mm/ksm/run"


@TABLE.row(
    "mem.thp",
    "guests get transparent huge pages, and nobody else by surprise",
    reads=f"{THP}/enabled",
    worst=Outcome.WARN,
    why="QEMU asks for huge pages for guests' memory by madvise; the mode madvise gives them to those that ask.",
    next="serai host tune thp",
    verify="cat /sys/kernel/mm/transparent_hugepage/enabled",
    undo="serai host undo thp",
    when_not="never: for real-time hosts, or where all guests have reserved huge pages.",
    numbers="Debian 12 and 13 start with always",
    old="never for every KVM host, through GRUB: it takes huge pages from guests, which gain most from them.",
    source="QEMU, system/physmem.c: QEMU_MADV_HUGEPAGE; Linux, Documentation/admin-guide/mm/transhuge.rst",
    guide=("MEM-6", "MEM-9"),
)
def thp(facts: Facts) -> Finding:
    seen, mode = facts.memory.thp("enabled")
    if not seen.there:
        return not_applicable(seen, "this kernel has no transparent huge pages")
    if mode == "madvise":
        return passed(seen, f"[{mode}]")
    if mode == "always":
        return note(seen, "programs that did not ask get huge pages, too")
    if Role.REALTIME in facts.wants.roles or any(pool.total for pool in facts.memory.pools):
        return passed(seen, why="as real-time hosts and hosts with reserved pages have it")
    return warn(seen, "guests get small pages only")


@TABLE.row(
    "mem.thp-cmdline",
    "the command line does not fix transparent huge pages",
    reads=NOW,
    worst=Outcome.NOTE,
    why="tuned leaves THP alone when the argument is there, and sysfs no longer shows who decided.",
    next="serai host tune thp-boot takes it out; serai host tune thp says it at once, and for each boot",
    reboot="reboot",
    old="transparent_hugepage=never in GRUB_CMDLINE_LINUX and a rebuilt grub.cfg.",
    source="tuned, plugins/plugin_vm.py",
    guide=("MEM-6", "MEM-7", "MEM-8"),
)
def thp_cmdline(facts: Facts) -> Finding:
    value = facts.boot.argument("transparent_hugepage")
    if value is None:
        return passed(NOW, "no `transparent_hugepage=`")
    return note(NOW, "tuned then sets nothing", f"transparent_hugepage={value}")


@TABLE.row(
    "mem.thp-defrag",
    "programs do not stall for huge pages",
    reads=f"{THP}/defrag",
    worst=Outcome.WARN,
    why="With always each page fault may wait until memory was compacted: guests stall for milliseconds.",
    next="serai host tune thp",
    undo="serai host undo thp",
    source="Linux, Documentation/admin-guide/mm/transhuge.rst: defrag",
    guide=("MEM-9",),
)
def thp_defrag(facts: Facts) -> Finding:
    seen, mode = facts.memory.thp("defrag")
    if not seen.there:
        return not_applicable(seen, "this kernel has no transparent huge pages")
    return warn(seen, "page faults wait for compaction") if mode == "always" else passed(seen, f"[{mode}]")


@TABLE.row(
    "mem.tuned",
    "the profile of tuned fits a host of guests",
    reads="/etc/tuned/active_profile, /usr/lib/tuned/*/tuned.conf, /proc/*/comm",
    worst=Outcome.WARN,
    why="Some profiles set transparent huge pages for the whole host: hpc-compute always, network-latency never.",
    next="serai host tune tuned",
    verify="tuned-adm verify",
    undo="serai host undo tuned",
    reboot="reload",
    old="Edit ktune so that it does not force THP: ktune is gone, and virtual-host leaves THP alone.",
    source="tuned, profiles/*/tuned.conf",
    guide=("MEM-10",),
)
def tuned(facts: Facts) -> Finding:
    profile = facts.read("/etc/tuned/active_profile")
    if not facts.services.runs("tuned"):
        return not_applicable("/proc/*/comm", "tuned does not run")
    if against := _thp_of_tuned(facts):
        return warn(profile, against)
    if profile.text in ("virtual-host", "realtime-virtual-host", "cpu-partitioning", "throughput-performance"):
        return passed(profile)
    if profile.text in ("hpc-compute", "network-latency", "powersave"):
        return warn(profile, "it sets THP or frequencies against guests' needs")
    return note(profile, "virtual-host is made for hosts of guests")


def _thp_of_tuned(facts: Facts) -> str:
    """What the active profile, or one that it includes, does to transparent huge pages against guests' needs."""
    found = facts.tuned.sets("vm", "transparent_hugepages", "transparent_hugepage")
    if not found or found[0] == "madvise":
        return ""
    wanted = Role.REALTIME in facts.wants.roles or any(pool.total for pool in facts.memory.pools)
    if found[0] == "never" and wanted:
        return ""
    try:
        if facts.boot.argument("transparent_hugepage") is not None:
            return ""
    except Unknown:
        pass
    return f"it sets transparent huge pages to {found[0]}, in {found[1]}"


@TABLE.row(
    "mem.swappiness",
    "the host does not swap guests out early",
    reads="/proc/sys/vm/swappiness",
    worst=Outcome.WARN,
    why="A guest's memory that was swapped out comes back page by page, while the guest stands still.",
    next="serai host tune swappiness",
    verify="sysctl vm.swappiness",
    undo="serai host undo swappiness",
    numbers="the kernel's default is 60, tuned's virtual-host has 10",
    when_not="Hosts without swap.",
    source="Linux, Documentation/admin-guide/sysctl/vm.rst; tuned, throughput-performance",
)
def swappiness(facts: Facts) -> Finding:
    seen = facts.sysctl("vm.swappiness")
    swaps = facts.read("/proc/swaps")
    if swaps.there and len(swaps.lines) < 2:
        return not_applicable(swaps, "there is no swap")
    return warn(seen, "guests are swapped out early") if seen.number > MUCH_SWAPPINESS else passed(seen)


@TABLE.row(
    "mem.swap",
    "there is some swap, and not too much",
    reads="/proc/swaps",
    worst=Outcome.NOTE,
    why="Without swap the kernel kills a guest at the first shortage; with more swap than memory "
    "it suffers for hours.",
    next="a swap file of a few GiB, or zram",
    undo="swapoff, and remove the line from /etc/fstab",
    when_not="All guests' memory is huge pages, which are never swapped.",
    source="Linux, Documentation/admin-guide/mm",
)
def swap(facts: Facts) -> Finding:
    seen = facts.read("/proc/swaps")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    size = sum(int(line.split()[2]) for line in seen.lines[1:]) * 1024
    if not size:
        return note(seen, "a shortage kills a guest at once", "none")
    if size > facts.memory.info["MemTotal"]:
        return note(seen, "more swap than memory", human_size(size))
    return passed(seen, human_size(size))


@TABLE.row(
    "mem.overcommit",
    "guests may reserve more than they use",
    reads="/proc/sys/vm/overcommit_memory",
    worst=Outcome.WARN,
    why="Mode 2 counts all that a guest might take; QEMU then fails to start although memory is free.",
    next="serai host tune overcommit",
    undo="serai host undo overcommit",
    source="Linux, Documentation/mm/overcommit-accounting.rst",
)
def overcommit(facts: Facts) -> Finding:
    seen = facts.sysctl("vm.overcommit_memory")
    return warn(seen, "guests fail to start although memory is free") if seen.number == 2 else passed(seen)


@TABLE.row(
    "mem.zone-reclaim",
    "memory of other nodes is used before files are thrown out",
    reads="/proc/sys/vm/zone_reclaim_mode",
    worst=Outcome.WARN,
    why="With zone reclaim a full node throws out cached files while other nodes have free memory.",
    next="serai host tune zone-reclaim",
    undo="serai host undo zone-reclaim",
    source="Linux, Documentation/admin-guide/sysctl/vm.rst",
)
def zone_reclaim(facts: Facts) -> Finding:
    seen = facts.sysctl("vm.zone_reclaim_mode")
    if not seen.there:
        return not_applicable(seen, "this kernel knows no NUMA")
    return warn(seen, "a full node throws out cached files") if seen.number else passed(seen)


@TABLE.row(
    "mem.ksm",
    "equal pages are merged only where that is wanted",
    reads=KSM,
    worst=Outcome.WARN,
    why="KSM saves memory between like guests, but costs CPU and lets one guest tell by time what another holds.",
    next="serai host tune ksm=off",
    verify="cat /sys/kernel/mm/ksm/run",
    undo="serai host undo ksm",
    when_not="Many like guests that trust each other.",
    source="Linux, Documentation/admin-guide/mm/ksm.rst; tuned, realtime-virtual-host",
)
def ksm(facts: Facts) -> Finding:
    seen = facts.read(KSM)
    if not seen.there:
        return not_applicable(seen, "this kernel has no KSM")
    if seen.text != "1":
        return passed(seen)
    shared = facts.read("/sys/kernel/mm/ksm/pages_sharing").text
    value = f"1, {shared} pages shared" if shared else "1"
    if Role.REALTIME in facts.wants.roles:
        return warn(seen, "merging disturbs real-time guests", value)
    return note(seen, "guests share equal pages: a matter of trust", value)


def _vfio_wanted(facts: Facts) -> bool:
    return Role.GPU_PASSTHROUGH in facts.wants.roles or bool(facts.wants.machines)


@TABLE.row(
    "mem.memlock",
    "a guest with a device of the host may lock its memory",
    reads="getrlimit(2): RLIMIT_MEMLOCK",
    worst=Outcome.FAIL,
    why="VFIO locks all of a guest's memory; a QEMU that a user starts has the user's limit.",
    next="serai host tune memlock, and a new login",
    verify="ulimit -l",
    undo="serai host undo memlock",
    reboot="login",
    when_not="libvirt sets the limit of each QEMU itself, whatever limits.d says.",
    old="Lines in limits.d for libvirt's guests: pam_limits is for logins only.",
    source="libvirt, qemu_domain.c: qemuDomainGetMemLockLimitBytes; limits.conf(5)",
    guide=("MEM-11",),
    roles=(Role.GPU_PASSTHROUGH, Role.VM_HOST),
)
def memlock(facts: Facts) -> Finding:
    said = facts.source.ask("memlock")
    read = "getrlimit(2)"
    if said == "unlimited":
        return passed(read, said)
    value = human_size(int(said))
    need = facts.wants.memory + sum(facts.wants.hugepages.values()) + GIB
    if not _vfio_wanted(facts):
        return passed(read, value, "no guest of a user is given a device")
    if int(said) < need:
        return fail(read, f"less than guests' memory and 1 GiB: {human_size(need)}", value)
    return passed(read, value)


@TABLE.row(
    "mem.limits-syntax",
    "lines for memlock have four columns",
    reads=f"{LIMITS}/*.conf, /etc/security/limits.conf",
    worst=Outcome.WARN,
    why="pam_limits drops a line that does not read `domain type item value`, and says so only in a log.",
    next="write: @kvm - memlock unlimited",
    reboot="login",
    old="`hard memlock 4194304` without a domain, as old guides show it, does nothing.",
    source="limits.conf(5)",
    guide=("MEM-11",),
)
def limits_syntax(facts: Facts) -> Finding:
    names = [f"{LIMITS}/{name}" for name in facts.source.names(LIMITS) if name.endswith(".conf")]
    count = 0
    for path in (*names, "/etc/security/limits.conf"):
        for line in facts.read(path).lines:
            words = line.partition("#")[0].split()
            if "memlock" in words:
                count += 1
                if len(words) != 4 or words[2] != "memlock":
                    return warn(path, "pam_limits drops this line", line.strip())
    return passed(LIMITS, f"{count} lines for memlock")


@TABLE.row(
    "mem.vfio-limit",
    "VFIO may map as often as guests ask",
    reads="/sys/module/vfio_iommu_type1/parameters/dma_entry_limit",
    worst=Outcome.NOTE,
    why="Guests with a virtual IOMMU map many small pieces; beyond the limit a mapping fails.",
    next="options vfio_iommu_type1 dma_entry_limit=N in /etc/modprobe.d/vfio.conf",
    undo="remove that file",
    reboot="reload",
    numbers="the default is 65535",
    source="Linux, drivers/vfio/vfio_iommu_type1.c",
    roles=(Role.GPU_PASSTHROUGH,),
)
def vfio_limit(facts: Facts) -> Finding:
    seen = facts.modules.parameter("vfio_iommu_type1", "dma_entry_limit")
    if not seen.there:
        return not_applicable(seen, "vfio_iommu_type1 is not loaded")
    return note(seen, "less than the kernel's default") if seen.number < 65535 else passed(seen)


@TABLE.row(
    "mem.available",
    "there is memory for guests",
    reads=INFO,
    worst=Outcome.FAIL,
    why="Guests that take more than there is are swapped or killed.",
    next="stop something, or give the machines of the project less memory",
    source="proc(5): MemAvailable",
    guide=("MEM-2",),
)
def available(facts: Facts) -> Finding:
    free = facts.memory.info.get("MemAvailable")
    if free is None:
        raise Unknown("MemAvailable is not told", INFO)
    seen = Reading(INFO, f"MemAvailable {human_size(free)}")
    if facts.wants.memory > free:
        return fail(seen, f"the machines of {facts.wants.project} take {human_size(facts.wants.memory)}")
    if facts.wants.memory:
        return passed(seen, why=f"the machines of {facts.wants.project} take {human_size(facts.wants.memory)}")
    return warn(seen, "less than 512 MiB: no guest fits") if free < GIB // 2 else passed(seen)


LEAST_FREE = 1024
"""kB; below, the kernel itself becomes `subtly broken`. Source: Linux, Documentation/admin-guide/sysctl/vm.rst."""
MUCH_FREE = 0.05
"""Of memory; what is set aside here no guest ever gets."""


@TABLE.row(
    "mem.min-free",
    "the kernel's reserve is neither too small nor taken from guests",
    reads="/proc/sys/vm/min_free_kbytes",
    worst=Outcome.WARN,
    why="The kernel keeps this much free for interrupts: with less it deadlocks under load, more is lost.",
    next="remove vm.min_free_kbytes from sysctl.d: the kernel computes it from the memory",
    undo="write the number that was there",
    numbers="computed: 4 √ memory in kB, between 128 kB and 256 MiB; huge pages raise it",
    source="Linux, Documentation/admin-guide/sysctl/vm.rst: min_free_kbytes",
)
def min_free(facts: Facts) -> Finding:
    seen = facts.sysctl("vm.min_free_kbytes")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    if seen.number < LEAST_FREE:
        return warn(seen, "the kernel has no reserve under load")
    much = seen.number * 1024 > MUCH_FREE * facts.memory.info["MemTotal"]
    return note(seen, "more than a twentieth of memory is set aside") if much else passed(seen)


@TABLE.row(
    "mem.ksmtuned",
    "nobody switches KSM on again",
    reads="/proc/*/comm",
    worst=Outcome.WARN,
    why="ksmtuned starts and stops KSM by how full memory is, whatever was written to ksm/run.",
    next="systemctl disable --now ksmtuned ksm",
    undo="systemctl enable --now ksmtuned",
    source="ksmtuned; tuned, realtime-virtual-host",
)
def ksmtuned(facts: Facts) -> Finding:
    if not facts.services.runs("ksmtuned"):
        return passed("/proc/*/comm", "no ksmtuned")
    if Role.REALTIME in facts.wants.roles:
        return warn("/proc/*/comm", "merging comes back under real-time guests", "ksmtuned")
    return note("/proc/*/comm", "it decides when guests' pages are merged", "ksmtuned")
