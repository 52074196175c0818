"""Transparent huge pages: for guests, which ask for them, and nobody else (MEM-6..10)."""

from __future__ import annotations

from serai.host.changes.value import KernelValue
from serai.host.facts.boot import NOW
from serai.host.facts.host import Facts
from serai.host.facts.memory import THP
from serai.host.facts.source import Unknown
from serai.host.tunings.lasting import tmpfiles, tuned_sets
from serai.host.tunings.tuning import Asked, Planned, Table, choice
from serai.host.wants import Role

TABLE = Table()


@TABLE.tuning(
    "thp",
    "transparent huge pages for guests alone",
    why="QEMU asks for huge pages for a guest's memory. `madvise` gives them to those who ask; `always` gives "
    "them to every program, which costs memory, and pauses while the kernel compacts it; `never` takes them "
    "from guests too. Defragmentation is set to madvise as well, so that only those who ask wait for it.",
    values="madvise|never|always",
    repairs=("mem.thp", "mem.thp-defrag"),
    numbers="Debian 12 and 13 start with always",
    when_not="`never` is for real-time hosts, or where all memory of guests is reserved huge pages.",
    old="transparent_hugepage=never on the kernel's command line, and a rebuild of the boot configuration: a "
    "reboot, and guests without huge pages. And an edit of ktune, which is gone: of tuned's profiles "
    "virtual-host leaves THP alone, network-latency, realtime and cpu-partitioning set never, hpc-compute sets "
    "always.",
    source="Linux, Documentation/admin-guide/mm/transhuge.rst; QEMU, system/physmem.c: QEMU_MADV_HUGEPAGE; "
    "tuned, plugins/plugin_vm.py; tmpfiles.d(5)",
    guide=("MEM-6", "MEM-9", "MEM-10"),
    roles={Role.VM_HOST: "", Role.GPU_PASSTHROUGH: "", Role.REALTIME: "never"},
)
def thp(facts: Facts, asked: Asked) -> Planned:
    mode = choice(asked, "madvise", "madvise", "never", "always")
    if facts.source.live and not facts.read(f"{THP}/enabled").there:
        return Planned(notes=("this kernel has no transparent huge pages",))
    values = {f"{THP}/enabled": mode}
    if mode != "never":
        values[f"{THP}/defrag"] = "madvise"
    now = [KernelValue(path=path, value=value) for path, value in values.items()]
    notes = [_command_line(facts, mode), tuned_sets(facts, "vm", "transparent_hugepages", "transparent_hugepage")]
    return Planned(changes=(*now, tmpfiles("thp", values)), notes=tuple(filter(None, notes)))


def _command_line(facts: Facts, mode: str) -> str:
    """What the kernel is told before any file is read."""
    try:
        told = facts.boot.argument("transparent_hugepage")
    except Unknown:
        return ""
    if told is None or told == mode:
        return ""
    return (
        f"{NOW} has transparent_hugepage={told}: so it is from each boot until tmpfiles.d is read, and tuned "
        "then sets nothing; serai explain mem.thp-cmdline"
    )
