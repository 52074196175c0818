"""Runs a benchmark by its name and puts the report together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serai.bench import disk, memory, net
from serai.bench.lab import Say
from serai.bench.plan import Settings, host_facts
from serai.bench.report import Report
from serai.providers.preallocation import file_system

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
        return file_system(home())
    from serai.providers.libvirt import pools
    from serai.providers.libvirt.connect import is_remote, opened, uri_of

    uri = uri_of()
    if is_remote(uri):
        return f"pool {pools.DEFAULT} of {uri}"
    pool = pools.find(opened(uri), pools.DEFAULT)
    return file_system(Path(pools.target_of(pool) if pool is not None else pools.default_place(uri)))
