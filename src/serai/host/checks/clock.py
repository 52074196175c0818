"""Checks of time and power: the clock source, synchronisation, frequency governors."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.wants import Role

TABLE = Table()
SOURCES = "/sys/devices/system/clocksource/clocksource0"
CPUS = "/sys/devices/system/cpu"
DROP_INS = "/etc/systemd/system/irqbalance.service.d"


@TABLE.row(
    "time.clocksource",
    "the host reads time from the TSC",
    reads=f"{SOURCES}/current_clocksource",
    worst=Outcome.WARN,
    why="hpet and acpi_pm are read over the bus: each look at the clock costs a microsecond, and "
    "guests lose kvm-clock.",
    next="find in dmesg why the TSC was given up; tsc=reliable only after you measured that it is stable",
    reboot="reboot",
    numbers="tsc: some 20 ns a reading, hpet: about 1000 ns",
    when_not="Never force tsc=reliable on boards whose sockets drift apart.",
    source="Linux, Documentation/timers",
)
def clocksource(facts: Facts) -> Finding:
    seen = facts.read(f"{SOURCES}/current_clocksource")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    if seen.text in ("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", "xen"):
        return passed(seen)
    if facts.cpu.virtual:
        return note(seen, "the outer host gives no better clock")
    return warn(seen, "each look at the clock is slow, for guests too")


@TABLE.row(
    "time.sync",
    "the host's clock is synchronised",
    reads="adjtimex(2)",
    worst=Outcome.WARN,
    why="Guests take their time from the host; certificates, logs and clusters fail with a wrong clock.",
    next="enable chronyd or systemd-timesyncd",
    undo="systemctl disable --now chronyd",
    source="adjtimex(2): STA_UNSYNC",
)
def sync(facts: Facts) -> Finding:
    said = facts.source.ask("clock")
    if said == "synchronised":
        return passed("adjtimex(2)", said)
    return warn("adjtimex(2)", "the kernel says that nobody disciplines its clock", said)


@TABLE.row(
    "time.ptp-kvm",
    "a guest can read the host's clock",
    reads="/dev/ptp_kvm, /sys/class/ptp/*/clock_name",
    worst=Outcome.NOTE,
    why="Where this host is a guest itself, ptp_kvm gives it the outer host's clock within a microsecond.",
    next="modprobe ptp_kvm, and refclock PHC /dev/ptp_kvm in chrony.conf",
    undo="remove the line from chrony.conf",
    source="Linux, drivers/ptp/ptp_kvm_common.c",
)
def ptp(facts: Facts) -> Finding:
    if not facts.cpu.virtual:
        return not_applicable("/sys/class/ptp", "this host is no guest")
    names = facts.source.names("/sys/class/ptp")
    clocks = [facts.read(f"/sys/class/ptp/{name}/clock_name").text for name in names]
    if any("KVM" in clock for clock in clocks):
        return passed("/sys/class/ptp", "KVM virtual PTP")
    return note("/sys/class/ptp", "this guest does not use its host's clock", ", ".join(clocks) or "none")


@TABLE.row(
    "cpu.governor",
    "processors do not clock down below guests",
    reads=f"{CPUS}/cpu0/cpufreq/scaling_governor",
    worst=Outcome.WARN,
    why="powersave and conservative wait before they clock up; guests with short bursts never see full speed.",
    next="serai host tune governor, or serai host tune tuned",
    verify="cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
    undo="serai host undo governor",
    when_not="Laptops; with intel_pstate or amd-pstate powersave follows the energy preference, and is fine.",
    source="Linux, Documentation/admin-guide/pm/cpufreq.rst",
    roles=(Role.VM_HOST, Role.REALTIME, Role.GPU_PASSTHROUGH),
)
def governor(facts: Facts) -> Finding:
    seen = facts.read(f"{CPUS}/cpu0/cpufreq/scaling_governor")
    if not seen.there:
        return not_applicable(seen, "the kernel does not set frequencies here, as in a guest")
    if seen.text in ("performance", "schedutil"):
        return passed(seen)
    preference = facts.read(f"{CPUS}/cpu0/cpufreq/energy_performance_preference")
    if preference.text in ("performance", "balance_performance"):
        return passed(preference)
    return warn(seen, "short bursts in guests run at low speed", f"{seen.text} {preference.text}".strip())


@TABLE.row(
    "cpu.isolated",
    "pinned guests have processors that the host leaves alone",
    reads=f"{CPUS}/isolated, {CPUS}/nohz_full",
    worst=Outcome.WARN,
    why="A real-time guest misses its deadlines when the host schedules other work on its processors.",
    next="serai host tune cpu-isolation=CPUS",
    undo="serai host undo cpu-isolation",
    reboot="reboot",
    when_not="A host of ordinary guests: the scheduler uses all processors better than any plan.",
    source="Linux, Documentation/admin-guide/kernel-parameters.txt: isolcpus",
    roles=(Role.REALTIME,),
)
def isolated(facts: Facts) -> Finding:
    seen = facts.read(f"{CPUS}/isolated")
    if Role.REALTIME not in facts.wants.roles:
        return not_applicable(seen, "asked for real-time hosts: --role realtime")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    return passed(seen) if seen.text else warn(seen, "no processor is kept free for guests", "none")


@TABLE.row(
    "irq.irqbalance",
    "irqbalance keeps off isolated processors",
    reads=f"/proc/*/comm, {CPUS}/isolated, /etc/default/irqbalance, /etc/sysconfig/irqbalance",
    worst=Outcome.WARN,
    why="irqbalance moves interrupts onto processors that were to be quiet.",
    next="serai host tune cpu-isolation=CPUS",
    undo="serai host undo cpu-isolation",
    reboot="reload",
    numbers="irqbalance from 1.8 on leaves out what isolcpus names by itself",
    source="irqbalance(1)",
    roles=(Role.REALTIME, Role.VM_HOST),
)
def irqbalance(facts: Facts) -> Finding:
    apart = facts.read(f"{CPUS}/isolated")
    if not apart.text:
        return not_applicable(apart, "no processor is isolated")
    if not facts.services.runs("irqbalance"):
        return passed("/proc/*/comm", "irqbalance does not run")
    for path in ("/etc/default/irqbalance", "/etc/sysconfig/irqbalance"):
        for key in ("IRQBALANCE_BANNED_CPULIST", "IRQBALANCE_BANNED_CPUS"):
            if (banned := facts.engines.setting(path, key)).text:
                return passed(banned)
    for name in facts.source.names(DROP_INS):
        text = facts.read(f"{DROP_INS}/{name}").text
        if "IRQBALANCE_BANNED_CPU" in text:
            return passed(f"{DROP_INS}/{name}", text.splitlines()[-1])
    return warn(apart, "irqbalance runs and bans no processor", f"isolated {apart.text}")


IDLE = f"{CPUS}/cpu0/cpuidle"
SLOW_WAKE = 100
"""Microseconds: what cyclictest may show on a host that is called real-time; deeper states take longer."""


@TABLE.row(
    "cpu.idle-states",
    "processors of a real-time host wake up at once",
    reads=f"{IDLE}/state*/{{name,latency,disable}}",
    worst=Outcome.WARN,
    why="A processor in a deep sleep takes hundreds of microseconds to wake: a real-time guest misses its time.",
    next="tuned-adm profile realtime-virtual-host, or processor.max_cstate=1 on the kernel's command line",
    undo="tuned-adm profile with the one before",
    when_not="Hosts of ordinary guests: deep sleep saves power, and gives it to the cores that work.",
    source="Linux, Documentation/admin-guide/pm/cpuidle.rst; tuned, force_latency",
    roles=(Role.REALTIME,),
)
def idle_states(facts: Facts) -> Finding:
    if Role.REALTIME not in facts.wants.roles:
        return not_applicable(IDLE, "asked for real-time hosts: --role realtime")
    states = [name for name in facts.source.names(IDLE) if name.startswith("state")]
    if not states:
        return not_applicable(IDLE, "the kernel puts no processor to sleep by itself")
    used = [name for name in states if facts.read(f"{IDLE}/{name}/disable").text in ("0", "")]
    slow = [name for name in used if facts.read(f"{IDLE}/{name}/latency").number > SLOW_WAKE]
    if not slow:
        return passed(IDLE, f"{len(used)} states, none above {SLOW_WAKE} µs")
    seen = facts.read(f"{IDLE}/{slow[-1]}/latency")
    return warn(seen, f"{facts.read(f'{IDLE}/{slow[-1]}/name').text} takes {seen.text} µs to leave")
