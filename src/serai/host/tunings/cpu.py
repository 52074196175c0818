"""Processors of a host of guests: frequencies, tuned's profile (MEM-10).

The clock source is left alone: the kernel chooses tsc where it is stable, and `tsc=reliable` on a machine where it
is not makes the clocks of host and guests run apart; `serai host check time` says what was chosen.
"""

from __future__ import annotations

from serai.host.changes.setting import ProgramSetting
from serai.host.changes.value import KernelValue
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.facts.tuned import ACTIVE
from serai.host.tunings.lasting import tmpfiles, tuned_sets
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.host.wants import Role
from serai.util.errors import Code, SeraiError, did_you_mean

TABLE = Table()
POLICIES = "/sys/devices/system/cpu/cpufreq"
TUNED_ADM = "tuned-adm"
MODE = "/etc/tuned/profile_mode"
"""`auto` where tuned chose the profile by itself, `manual` after tuned-adm profile. Source: tuned, consts.py."""


@TABLE.tuning(
    "governor",
    "processors do not clock down below guests",
    why="powersave and conservative wait before they clock up, and a guest with short bursts never sees full "
    "speed. What a guest does cannot be seen by the host's governor as a whole.",
    values="performance|schedutil|powersave|ondemand|conservative",
    repairs=("cpu.governor",),
    when_not="Laptops. With intel_pstate or amd-pstate in active mode powersave follows the energy preference, "
    "and balance_performance there is fine. In a guest there is nothing to set: its host does it.",
    old="cpupower frequency-set -g performance in rc.local; and the package cpufrequtils, which is gone.",
    source="Linux, Documentation/admin-guide/pm/cpufreq.rst: scaling_governor; tmpfiles.d(5)",
    roles={Role.REALTIME: ""},
)
def governor(facts: Facts, asked: Asked) -> Planned:
    value = asked.value or "performance"
    names = facts.source.names(POLICIES)
    policies = sorted((name for name in names if name.startswith("policy")), key=lambda name: int(name[6:]))
    if not policies:
        return Planned(notes=("the kernel sets no frequencies here, as in a guest",))
    known = facts.read(f"{POLICIES}/{policies[0]}/scaling_available_governors").text.split()
    if value not in known:
        raise SeraiError(Code.INPUT, f"{value}: this kernel has {', '.join(known) or 'no governors'}")
    now = [KernelValue(path=f"{POLICIES}/{each}/scaling_governor", value=value) for each in policies]
    later = tmpfiles("governor", {f"{POLICIES}/policy*/scaling_governor": value})
    note = tuned_sets(facts, "cpu", "governor")
    return Planned(changes=(*now, later), notes=(note,) if note else ())


@TABLE.tuning(
    "tuned",
    "tuned runs with the profile for hosts of guests",
    why="virtual-host sets governor, swappiness, write-back and the depth of sleep states for guests, and "
    "leaves transparent huge pages alone. Other profiles work against guests: hpc-compute sets THP to always, "
    "network-latency to never, balanced and powersave clock down.",
    values="PROFILE",
    repairs=("mem.tuned",),
    numbers="virtual-host: swappiness 10, dirty_background 5 %; realtime-virtual-host also unmerges KSM "
    "(ksm/run=2)",
    when_not="Hosts where tuned does not run: it need not be installed for this, serai's tunings do the same "
    "one by one.",
    old="Edit ktune so that it does not force THP: ktune has been gone since RHEL 7, and virtual-host sets no "
    "THP. Where transparent_hugepage= is on the kernel's command line, tuned leaves THP alone whatever its "
    "profile says.",
    source="tuned, profiles/*/tuned.conf, plugins/plugin_vm.py; tuned-adm(8)",
    guide=("MEM-10",),
    roles={Role.VM_HOST: "", Role.GPU_PASSTHROUGH: "", Role.REALTIME: "realtime-virtual-host"},
)
def tuned(facts: Facts, asked: Asked) -> Planned:
    profile = asked.value or "virtual-host"
    if facts.source.live and not facts.source.program(TUNED_ADM):
        return Planned(notes=("tuned is not installed; the other tunings do what its profiles do",))
    if not _runs(facts):
        return Planned(notes=("tuned does not run, so that no profile is in force",))
    known = facts.tuned.known
    if profile not in known:
        near = did_you_mean(profile, known) or f"there are {', '.join(known)}"
        raise SeraiError(Code.INPUT, f"tuned has no profile {profile}", hint=near)
    setting = ProgramSetting(
        name="profile of tuned",
        value=profile,
        ask=(TUNED_ADM, "active"),
        shows=r"^Current active profile: (.+)$",
        set=(TUNED_ADM, "profile", "{}"),
        unset=(TUNED_ADM, "off"),
        files=(ACTIVE, MODE),
    )
    return Planned(changes=(setting,), notes=_differs(facts, profile))


def _differs(facts: Facts, profile: str) -> tuple[str, ...]:
    """What the profile that is active now does to guests."""
    now = facts.tuned.active.text
    found = facts.tuned.sets("vm", "transparent_hugepages", "transparent_hugepage")
    if now == profile or not found:
        return ()
    return (f"{now} sets transparent huge pages to {found[0]} ({found[1]})",)


def _runs(facts: Facts) -> bool:
    try:
        return facts.services.runs("tuned")
    except Unknown:
        return False
