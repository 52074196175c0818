"""Processors for guests alone: the scheduler, timers, callbacks and interrupts are kept off them.

Source: Linux, Documentation/admin-guide/kernel-parameters.txt: isolcpus, nohz_full, rcu_nocbs, irqaffinity.
"""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.at_boot import UNITS, has_systemd
from serai.host.tunings.lasting import head
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util.cpuset import numbers, ranges
from serai.util.errors import Code, SeraiError

TABLE = Table()
IDENT = "cpu-isolation"
CPUS = "/sys/devices/system/cpu"
REPLACED = ("isolcpus=", "nohz_full=", "rcu_nocbs=", "irqaffinity=")
IRQBALANCE = f"{UNITS}/irqbalance.service.d/90-serai-{IDENT}.conf"


@TABLE.tuning(
    IDENT,
    "processors for guests alone: no tasks, timers or interrupts of the host",
    why="A real-time guest misses its deadlines when the host schedules other work on its processors. isolcpus "
    "keeps tasks off, nohz_full the timer tick, rcu_nocbs the kernel's callbacks, irqaffinity the interrupts; "
    "guests are then pinned there (cpu.pin).",
    values="CPUS",
    asks=("value",),
    repairs=("cpu.isolated", "irq.irqbalance"),
    needs="reboot",
    numbers="the host keeps processor 0 at least, as the kernel takes the tick from no boot processor; leave "
    "it two for disks and network of the guests",
    when_not="A host of ordinary guests: the scheduler uses all processors better than any plan, and isolated "
    "ones idle when no guest is pinned there. Where tuned runs, its profile cpu-partitioning or "
    "realtime-virtual-host does the same from isolated_cores: use one of the two.",
    old="isolcpus=2-7 alone: the tick, the callbacks and the interrupts stay. And IRQBALANCE_BANNED_CPUS with "
    "a mask: irqbalance takes a list now, and from 1.8 on leaves out by itself what isolcpus names.",
    source="Linux, Documentation/admin-guide/kernel-parameters.txt, timers/no_hz.rst; irqbalance(1); tuned, "
    "profiles/cpu-partitioning",
)
def isolation(facts: Facts, asked: Asked) -> Planned:
    present = _present(facts)
    if not asked.value:
        raise SeraiError(
            Code.INPUT,
            f"{IDENT}: which processors are for guests alone?",
            hint=f"serai host tune {IDENT}=2-7" + (f", of {ranges(present)}" if present else ""),
        )
    apart = _apart(asked.value, present)
    kept = tuple(each for each in present if each not in apart)
    named = ranges(apart)
    words = [f"isolcpus=managed_irq,domain,{named}", f"nohz_full={named}", f"rcu_nocbs={named}"]
    if kept:
        words.append(f"irqaffinity={ranges(kept)}")
    changes: list[Change] = [kernel_arguments(facts.source.reach, IDENT, tuple(words), REPLACED)]
    if has_systemd(facts) and facts.source.program("irqbalance"):
        text = f"{head(IDENT)}[Service]\nEnvironment=IRQBALANCE_BANNED_CPULIST={named}\n"
        changes.append(WriteFile(path=IRQBALANCE, text=text, runs=("daemon-reload",), waits="reboot"))
    left = f"the host keeps {ranges(kept)}" if kept else "this tree does not tell which processors there are"
    return Planned(changes=tuple(changes), notes=(left, *_split(facts, apart)))


def _present(facts: Facts) -> tuple[int, ...]:
    """Processors of the host; empty in a tree that does not tell."""
    try:
        text = facts.read(f"{CPUS}/present").text
    except Unknown:
        return ()
    return numbers(text) if text else ()


def _apart(text: str, present: tuple[int, ...]) -> tuple[int, ...]:
    """Raises SeraiError for what is no list, for processors that there are not, and where the host keeps none."""
    try:
        apart = tuple(sorted(numbers(text)))
    except ValueError:
        raise SeraiError(
            Code.INPUT, f"{text}: no list of processors", hint="as the kernel has it: 2-7,10"
        ) from None
    strange = [each for each in apart if present and each not in present]
    if strange:
        raise SeraiError(Code.INPUT, f"there is no processor {strange[0]}: this host has {ranges(present)}")
    if not apart or 0 in apart or apart == present:
        least = "0-1" if len(present) > 3 else "0"
        raise SeraiError(
            Code.REFUSED,
            f"{text} leaves this host without processor 0, which the kernel needs for itself",
            hint=f"leave it {least} at least" + (f", of {ranges(present)}" if present else ""),
        )
    return apart


def _split(facts: Facts, apart: tuple[int, ...]) -> list[str]:
    """Cores of which the host keeps a thread: it runs on the same execution units as the guest's."""
    found = []
    for each in apart:
        try:
            text = facts.read(f"{CPUS}/cpu{each}/topology/thread_siblings_list").text
        except Unknown:
            return []
        others = [other for other in (numbers(text) if text else ()) if other not in apart]
        if others:
            found.append(f"processor {each} shares its core with {ranges(tuple(others))}, which the host keeps")
    return found
