"""Runs a benchmark by its name and puts the report together."""

from __future__ import annotations

from collections.abc import Sequence

from serai.bench import disk, memory, net
from serai.bench.lab import Say
from serai.bench.plan import Settings, host_facts
from serai.bench.report import Report

KINDS = {"disk": disk.run, "net": net.run, "memory": memory.run}


def run(
    kind: str,
    *,
    cases: Sequence[str] = (),
    provider: str = "qemu",
    rounds: int = 7,
    size: int = 0,
    say: Say = print,
) -> Report:
    """Measure. `size` in bytes, 0 is the benchmark's own. Raises SeraiError as `serai up` would."""
    from serai.providers.contract import Scope
    from serai.providers.registry import provider_class
    from serai.util.paths import home

    scope = Scope(project="serai-bench", project_id="bench", root=home(), home=home())
    able = provider_class(provider)(scope).capabilities()
    settings = Settings(provider=provider, rounds=rounds, size=size, cases=tuple(cases), say=say)
    found = KINDS[kind](settings)
    where = {"disks in": _disks(provider)} if kind == "disk" else {}
    return Report(benchmark=kind, provider=provider, host=host_facts(where), notes=able.notes, cases=tuple(found))


def _disks(provider: str) -> str:
    """What a new disk lies on: serai's home, or libvirt's pool."""
    from serai.util.paths import home

    if provider != "libvirt":
        return _file_system(home())
    from serai.providers.libvirt import pools
    from serai.providers.libvirt.connect import is_remote, opened, uri_of

    uri = uri_of()
    if is_remote(uri):
        return f"pool {pools.DEFAULT} of {uri}"
    pool = pools.find(opened(uri), pools.DEFAULT)
    return _file_system(pools.target_of(pool) if pool is not None else pools.default_place(uri))


def _file_system(place: object) -> str:
    """`ext4 on /dev/vda`: what the place is on, by the longest mount point in mountinfo."""
    from pathlib import Path

    wanted = Path(str(place)).resolve()
    best, answer = -1, "unknown"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        point = Path(left.split()[4].replace("\\040", " "))
        if wanted.is_relative_to(point) and len(point.parts) >= best:
            kind, source = right.split()[:2]
            best, answer = len(point.parts), f"{kind} on {source}"
    return answer
