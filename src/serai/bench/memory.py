"""`serai bench memory`: huge pages (MEM-5) and memory that is taken at start, in a guest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from serai.bench.lab import Guest, lab, refused
from serai.bench.plan import IMAGE, Settings, in_turn
from serai.bench.report import Case, case_of
from serai.providers.host_facts import read_hugepages
from serai.util.units import MIB, format_size

CHUNK = 64 * MIB
HOPS = 300_000
"""Steps of the walk; each is a read that no cache foresees."""
WALK_MEMORY = 512 * MIB


def run(settings: Settings) -> list[Case]:
    """All cases that are wanted."""
    cases = []
    if settings.wants("hugepages"):
        cases.append(_hugepages(settings))
    if settings.wants("prealloc"):
        cases.append(_prealloc(settings))
    return cases


def free_pages(root: Path = Path("/")) -> dict[int, int]:
    """Size of a huge page in bytes -> bytes that are free in such pages."""
    return {pages.size: pages.free * pages.size for pages in read_hugepages(root)}


def _hugepages(settings: Settings) -> Case:
    question = "a random walk through memory, by the pages of the host that hold it"
    enough = [size for size, free in free_pages().items() if free >= WALK_MEMORY]
    if not enough:
        there = ", ".join(
            f"{format_size(free)} in {format_size(size)} pages" for size, free in free_pages().items()
        )
        why = f"{format_size(WALK_MEMORY)} of free huge pages are needed, there are {there or 'none'}"
        why += f" (echo {WALK_MEMORY // (2 * MIB)} > /proc/sys/vm/nr_hugepages)"
        return Case(name="hugepages", question=question, guide="MEM-5", not_measurable=why)
    plain: dict[str, Any] = {"image": IMAGE, "memory": {"size": format_size(WALK_MEMORY)}}
    sizes = {f"{format_size(size)} pages": size for size in enough}
    machines = {"plain": plain}
    for number, size in enumerate(sizes.values()):
        memory = {"size": format_size(WALK_MEMORY), "hugepages": format_size(size), "free_page_reporting": False}
        machines[f"huge{number}"] = {"image": IMAGE, "memory": memory}
    lost = refused(machines, settings.provider)
    machines = {name: machine for name, machine in machines.items() if name not in lost}
    if len(machines) < 2:
        why = next(iter(lost.values()))
        return Case(name="hugepages", question=question, guide="MEM-5", not_measurable=why)
    names = {"usual pages": "plain", **{name: f"huge{number}" for number, name in enumerate(sizes)}}
    names = {name: machine for name, machine in names.items() if machine in machines}
    with lab(machines, settings.provider, settings.say) as (_, guests):

        def measure(variant: str, number: int) -> float:
            seconds = _walk(guests[names[variant]])
            settings.say(f"hugepages: {variant} {seconds:.3g} s")
            return seconds

        samples = in_turn(list(names), settings.rounds, measure)
    return case_of("hugepages", question, samples, unit="s", more_is_better=False, guide="MEM-5")


def _walk(guest: Guest) -> float:
    """Seconds for HOPS random reads of a large array, with awk: every guest has one."""
    program = (
        f"BEGIN {{ srand(1); for (i = 0; i < 200000; i++) a[i] = i; "
        f"for (i = 0; i < {HOPS}; i++) s += a[int(rand() * 200000)]; exit s < 0 }}"
    )
    guest.sh(f"cat > /tmp/walk.awk <<'END'\n{program}\nEND")
    return guest.timed("awk -f /tmp/walk.awk")


def _prealloc(settings: Settings) -> Case:
    """First touch of memory in the guest: each round fills more of a tmpfs, so the pages are always new."""
    size = settings.size or CHUNK
    total = format_size((settings.rounds + 2) * size + 256 * MIB)
    machines = {
        "late": {"image": IMAGE, "memory": {"size": total, "prealloc": False}},
        "early": {"image": IMAGE, "memory": {"size": total, "prealloc": True}},
    }
    names = {"taken when used": "late", "taken at start": "early"}
    with lab(machines, settings.provider, settings.say) as (_, guests):
        for guest in guests.values():
            guest.sh("mkdir -p /mnt/fill && mount -t tmpfs -o size=90% none /mnt/fill")

        def measure(variant: str, number: int) -> float:
            guest = guests[names[variant]]
            value = size / MIB / guest.dd(f"if=/dev/zero of=/mnt/fill/{number} bs=1M count={size // MIB}")
            settings.say(f"prealloc: {variant} {value:.4g} MiB/s")
            return value

        samples = in_turn(list(names), settings.rounds, measure)
    question = "first touch of memory in the guest, by when the host gives it"
    return case_of("prealloc", question, samples, unit="MiB/s")
