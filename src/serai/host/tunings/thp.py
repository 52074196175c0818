"""Transparent huge pages: for guests, which ask for them, and nobody else (MEM-6..10)."""

from __future__ import annotations

from serai.host.changes.file import WriteFile
from serai.host.changes.value import KernelValue
from serai.host.facts.host import Facts
from serai.host.facts.memory import THP
from serai.host.tunings.tuning import Asked, Planned, Table, choice

TABLE = Table()
DROP_IN = "/etc/tmpfiles.d/90-serai-thp.conf"


@TABLE.tuning(
    "thp",
    "transparent huge pages for guests alone",
    why="QEMU asks for huge pages for a guest's memory. `madvise` gives them to those who ask; `always` gives "
    "them to every program, which costs memory, and pauses while the kernel compacts it; `never` takes them "
    "from guests too.",
    values="madvise|never|always",
    repairs=("mem.thp",),
    when_not="`never` is for real-time hosts, or where all memory of guests is reserved huge pages.",
    old="transparent_hugepage=never on the kernel's command line, and a rebuild of the boot configuration: "
    "a reboot, and guests without huge pages.",
    source="Linux, Documentation/admin-guide/mm/transhuge.rst; QEMU, system/physmem.c: QEMU_MADV_HUGEPAGE; "
    "tmpfiles.d(5)",
    guide=("MEM-6", "MEM-9"),
)
def thp(facts: Facts, asked: Asked) -> Planned:
    mode = choice(asked, "madvise", "madvise", "never", "always")
    path = f"{THP}/enabled"
    if facts.source.live and not facts.read(path).there:
        return Planned(notes=("this kernel has no transparent huge pages",))
    text = f"# Written by serai host tune thp; serai host undo thp removes it.\nw {path} - - - - {mode}\n"
    return Planned(changes=(KernelValue(path=path, value=mode), WriteFile(path=DROP_IN, text=text)))
