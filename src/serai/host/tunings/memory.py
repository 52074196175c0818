"""Memory of a host of guests: swapping, merging of equal pages, NUMA, locked memory (MEM-11)."""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.value import KernelValue
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.lasting import (
    given,
    head,
    is_there,
    names,
    overruled,
    sysctl_file,
    sysctls,
    tmpfiles,
    tuned_sets,
)
from serai.host.tunings.tuning import Asked, Planned, Table, choice
from serai.host.wants import Role
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, KIB, human_size

TABLE = Table()
KSM = "/sys/kernel/mm/ksm/run"
KSM_SERVICES = ("ksmtuned", "ksm")
LIMITS = "/etc/security/limits.d"
MEMLOCK = f"{LIMITS}/90-serai-memlock.conf"
MOST_SWAPPINESS = 200
"""Since Linux 5.8. Source: Linux, Documentation/admin-guide/sysctl/vm.rst."""


def _sysctl(facts: Facts, ident: str, key: str, value: str, missing: str, default: str = "") -> Planned:
    """One sysctl, now and at each boot, with notes on who sets it otherwise.

    Where the kernel's own `default` is what is wanted, and nobody sets anything else, there is nothing to do.
    """
    if facts.source.live and not facts.sysctl(key).there:
        return Planned(notes=(missing,))
    values = {key: value}
    others = given(facts, ident).get(key, (value, ""))[0]
    now = facts.sysctl(key).text if facts.source.live else value
    if now == value == default == others and not is_there(facts, sysctl_file(ident)):
        return Planned(notes=(f"{key} is {value}, as the kernel has it by default",))
    notes = (*overruled(facts, ident, values), tuned_sets(facts, "sysctl", key))
    return Planned(changes=sysctls(ident, values), notes=tuple(filter(None, notes)))


def _number(asked: Asked, default: int, most: int) -> str:
    text = asked.value or str(default)
    if not text.isdigit() or int(text) > most:
        raise SeraiError(Code.INPUT, f"{text}: a number from 0 to {most} is wanted")
    return text


@TABLE.tuning(
    "swappiness",
    "guests are swapped out late",
    why="A guest's memory that was swapped out comes back page by page, while the guest stands still. With a low "
    "swappiness the kernel drops cached files first.",
    values="NUMBER",
    repairs=("mem.swappiness",),
    numbers="10, as tuned's virtual-host has it; the kernel's default is 60, the range 0 to 200",
    when_not="Hosts without swap, and hosts that swap into zram, where high values are right. 0 is not `off`: the "
    "kernel then kills before it swaps.",
    old="vm.swappiness=0 in /etc/sysctl.conf.",
    source="Linux, Documentation/admin-guide/sysctl/vm.rst: swappiness; tuned, profiles/throughput-performance",
    roles={Role.VM_HOST: "", Role.GPU_PASSTHROUGH: "", Role.REALTIME: ""},
)
def swappiness(facts: Facts, asked: Asked) -> Planned:
    swaps = facts.read("/proc/swaps") if facts.source.live else None
    if swaps and swaps.there and len(swaps.lines) < 2 and not asked.value:
        return Planned(notes=("there is no swap: swappiness=10 sets it all the same",))
    return _sysctl(facts, "swappiness", "vm.swappiness", _number(asked, 10, MOST_SWAPPINESS), "no such sysctl")


@TABLE.tuning(
    "overcommit",
    "guests may reserve more memory than they use",
    why="In mode 2 the kernel counts all that a guest might ever take, and QEMU does not start although memory "
    "is free.",
    values="0|1",
    repairs=("mem.overcommit",),
    numbers="0 is the kernel's default: it refuses only what is obviously too much",
    when_not="Hosts that must never kill a process for memory, and have swap for all that is promised.",
    source="Linux, Documentation/mm/overcommit-accounting.rst",
    roles={Role.VM_HOST: ""},
)
def overcommit(facts: Facts, asked: Asked) -> Planned:
    value = choice(asked, "0", "0", "1")
    return _sysctl(facts, "overcommit", "vm.overcommit_memory", value, "no such sysctl", "0")


@TABLE.tuning(
    "zone-reclaim",
    "memory of other nodes is used before files are thrown out",
    why="With zone reclaim a full NUMA node throws out cached files while other nodes have free memory.",
    values="0|1",
    repairs=("mem.zone-reclaim",),
    numbers="0 is the kernel's default since Linux 3.16",
    when_not="Hosts whose guests are all bound to nodes and read few files.",
    source="Linux, Documentation/admin-guide/sysctl/vm.rst: zone_reclaim_mode",
    roles={Role.VM_HOST: ""},
)
def zone_reclaim(facts: Facts, asked: Asked) -> Planned:
    value = choice(asked, "0", "0", "1")
    return _sysctl(facts, "zone-reclaim", "vm.zone_reclaim_mode", value, "this kernel knows no NUMA", "0")


@TABLE.tuning(
    "numa-balancing",
    "the kernel does not move memory of pinned guests",
    why="Automatic balancing takes page faults to learn who uses which memory. Guests that are pinned to a "
    "node have nothing to be moved, and pay for the faults.",
    values="0|1",
    repairs=("numa.balancing",),
    when_not="Guests that are not pinned: there balancing brings their memory near, and should stay on.",
    source="Linux, Documentation/admin-guide/sysctl/kernel.rst: numa_balancing; tuned, profiles/network-latency",
    roles={Role.REALTIME: ""},
)
def numa_balancing(facts: Facts, asked: Asked) -> Planned:
    if facts.source.live and len(facts.memory.nodes) < 2 and not asked.value:
        return Planned(notes=("there is one node: nothing is moved",))
    value = choice(asked, "0", "0", "1")
    return _sysctl(facts, "numa-balancing", "kernel.numa_balancing", value, "this kernel balances no NUMA memory")


@TABLE.tuning(
    "ksm",
    "equal pages of guests are merged, or not",
    why="`on` saves memory where many guests are alike. `off` unmerges what was merged: merging costs CPU, "
    "makes a write to a merged page slow, and lets one guest tell by time what another one holds.",
    values="off|on",
    repairs=("mem.ksm",),
    numbers="the kernel looks at 100 pages every 20 ms: pages_to_scan, sleep_millisecs",
    when_not="`on`: guests that do not trust each other, real-time guests, guests on huge pages (never merged). "
    "`off`: a host that has more guests than memory only because they are merged.",
    old="systemctl disable ksm ksmtuned: what is merged stays merged, until 2 is written to ksm/run.",
    source="Linux, Documentation/admin-guide/mm/ksm.rst; tuned, profiles/realtime-virtual-host",
    roles={Role.REALTIME: "off"},
)
def ksm(facts: Facts, asked: Asked) -> Planned:
    mode = choice(asked, "off", "off", "on")
    if facts.source.live and not facts.read(KSM).there:
        return Planned(notes=("this kernel has no KSM",))
    notes = tuple(
        f"{service} is started at boot and sets {KSM} by its own rules: systemctl disable --now {service}"
        for service in KSM_SERVICES
        if _enabled(facts, f"{service}.service")
    )
    if mode == "on":
        return Planned(changes=(KernelValue(path=KSM, value="1"), tmpfiles("ksm", {KSM: "1"})), notes=notes)
    # 2 unmerges; a kernel that starts has nothing merged, and 0 there: no drop-in is needed, but where one is ours
    # from `on`, it must say 0.
    changes: tuple[Change, ...] = () if facts.read(KSM).text == "0" else (KernelValue(path=KSM, value="2"),)
    ours = tmpfiles("ksm", {KSM: "0"})
    if is_there(facts, ours.path):
        changes = (*changes, ours)
    return Planned(changes=changes, notes=notes)


def _enabled(facts: Facts, unit: str) -> bool:
    try:
        return facts.services.enabled(unit)
    except Unknown:
        return False


@TABLE.tuning(
    "memlock",
    "guests that a user starts may lock their memory",
    why="VFIO locks all of a guest's memory, `locked` does it too. A QEMU that a user starts has the limit of "
    "that user's login, 8 MiB as a rule, and the guest does not start.",
    repairs=("mem.memlock",),
    needs="login",
    numbers="with --for the memory of guests and 1 GiB for what QEMU maps beside it; without it: unlimited",
    when_not="Guests of libvirt: pam_limits is for logins, and libvirt sets the limit of each QEMU itself: "
    "hard_limit if it is given, unlimited if the memory is locked, guest RAM and 1 GiB with a device of the "
    "host. Its daemon's own LimitMEMLOCK=64M is not that limit.",
    old="`hard memlock 4194304`, a line of three columns: pam_limits wants four (domain, type, item, value), and "
    "drops the line with a word in a log. And it was meant for libvirt, which does not read it.",
    source="limits.conf(5); libvirt, qemu_domain.c: qemuDomainGetMemLockLimitBytes, and "
    "virtd.service.limitmemlock",
    guide=("MEM-11",),
)
def memlock(facts: Facts, asked: Asked) -> Planned:
    memory = asked.memory or asked.wants.memory + sum(asked.wants.hugepages.values())
    limit = str((memory + GIB) // KIB) if memory else "unlimited"
    text = head("memlock") + f"# domain type item value in KiB\n@kvm - memlock {limit}\n"
    notes = [f"{path}: pam_limits drops `{line}`: it wants four columns" for path, line in _broken(facts)]
    notes.append("for QEMU that users of the group kvm start; libvirt sets the limit of its guests itself")
    if memory:
        notes.append(f"{human_size(memory)} of guests and 1 GiB; a limit counts for each process")
    return Planned(changes=(WriteFile(path=MEMLOCK, text=text, waits="login"),), notes=tuple(notes))


def _broken(facts: Facts) -> list[tuple[str, str]]:
    """Lines on memlock that have not four columns."""
    files = [f"{LIMITS}/{name}" for name in names(facts, LIMITS) if name.endswith(".conf")]
    found = []
    for path in (*files, "/etc/security/limits.conf"):
        for line in facts.read(path).lines if is_there(facts, path) else ():
            words = line.partition("#")[0].split()
            if "memlock" in words and (len(words) != 4 or words[2] != "memlock"):
                found.append((path, line.strip()))
    return found
