"""What containers take now: CPU, memory, network, processes. One sample each, asked for at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from serai.providers.docker import names
from serai.providers.docker.lifecycle import Place

AT_ONCE = 16


class Usage(msgspec.Struct, frozen=True):
    """Of one container."""

    cpu: float
    """Per cent of one CPU."""
    memory: int
    """Bytes, without the page cache that can be given back."""
    memory_limit: int
    """Bytes; of the host where it has none."""
    received: int
    """Bytes, over all interfaces."""
    sent: int
    pids: int


def stats(place: Place, wanted: Collection[str]) -> dict[str, Usage]:
    """Machine -> what it takes; those that do not run are left out."""
    running = {
        (each.get("Labels") or {}).get(names.MACHINE, ""): str(each["Id"])
        for each in place.containers()
        if each["State"] == "running"
    }
    chosen = {name: container for name, container in running.items() if name in wanted}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        samples = pool.map(lambda container: place.client.stats(container, stream=False), chosen.values())
        return {name: usage(sample) for name, sample in zip(chosen, samples, strict=True)}


def usage(sample: Mapping[str, Any]) -> Usage:
    """Of the engine's sample, which has the one before it in `precpu_stats`. Source: docker, container/stats."""
    now, before = sample.get("cpu_stats") or {}, sample.get("precpu_stats") or {}
    used = _total(now) - _total(before)
    passed = int(now.get("system_cpu_usage") or 0) - int(before.get("system_cpu_usage") or 0)
    cpus = int(now.get("online_cpus") or 0) or len((now.get("cpu_usage") or {}).get("percpu_usage") or [0])
    memory = sample.get("memory_stats") or {}
    inner = memory.get("stats") or {}
    cache = int(inner.get("inactive_file") or inner.get("total_inactive_file") or 0)
    networks = (sample.get("networks") or {}).values()
    return Usage(
        cpu=round(100 * used / passed * cpus, 1) if passed > 0 and used > 0 else 0.0,
        memory=max(0, int(memory.get("usage") or 0) - cache),
        memory_limit=int(memory.get("limit") or 0),
        received=sum(int(each.get("rx_bytes") or 0) for each in networks),
        sent=sum(int(each.get("tx_bytes") or 0) for each in networks),
        pids=int((sample.get("pids_stats") or {}).get("current") or 0),
    )


def _total(part: Mapping[str, Any]) -> int:
    return int((part.get("cpu_usage") or {}).get("total_usage") or 0)
