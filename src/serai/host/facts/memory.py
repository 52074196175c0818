"""Memory: meminfo, huge pages per size and NUMA node, transparent huge pages, mounts of hugetlbfs."""

from __future__ import annotations

import re
from functools import cached_property

import msgspec

from serai.host.facts.source import Reading, Source, Unknown
from serai.util.cpuset import numbers
from serai.util.units import KIB, parse_size

INFO = "/proc/meminfo"
NODES = "/sys/devices/system/node"
POOLS = "/sys/kernel/mm/hugepages"
THP = "/sys/kernel/mm/transparent_hugepage"


class Pool(msgspec.Struct, frozen=True):
    """Huge pages of one size on one node (-1: of the host): `size` in bytes, then counts."""

    size: int
    node: int
    total: int
    free: int
    path: str


class Memory:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def info(self) -> dict[str, int]:
        """Keys of /proc/meminfo: bytes, or counts for what has no unit. Raises Unknown."""
        reading = self._source.read(INFO)
        if not reading.there:
            raise Unknown("there is none", INFO)
        found = {}
        for line in reading.lines:
            key, _, rest = line.partition(":")
            words = rest.split()
            found[key] = int(words[0]) * (KIB if words[1:] == ["kB"] else 1)
        return found

    @cached_property
    def nodes(self) -> tuple[int, ...]:
        """NUMA nodes that are online; empty: the kernel knows no NUMA."""
        text = self._source.read(f"{NODES}/online").text
        return numbers(text) if text else ()

    @cached_property
    def pools(self) -> list[Pool]:
        """Of the host as a whole, one for each size."""
        return self._pools(POOLS, -1)

    @cached_property
    def per_node(self) -> list[Pool]:
        return [pool for node in self.nodes for pool in self._pools(f"{NODES}/node{node}/hugepages", node)]

    def _pools(self, place: str, node: int) -> list[Pool]:
        """Source: Linux, Documentation/admin-guide/mm/hugetlbpage.rst."""
        found = []
        for name in self._source.names(place):
            size = int(name.removeprefix("hugepages-").removesuffix("kB")) * KIB
            path = f"{place}/{name}"
            total, free = (self._source.read(f"{path}/{what}_hugepages").number for what in ("nr", "free"))
            found.append(Pool(size, node, total, free, f"{path}/nr_hugepages"))
        return found

    def room(self, node: int) -> tuple[int, int]:
        """(bytes that a node can give, bytes that it has); -1 is the whole host.

        What is free, and what the kernel drops when asked: file pages and slabs. Source: Linux,
        Documentation/filesystems/proc.rst: MemAvailable; a node's own file has no such line.
        """
        if node < 0:
            return self.info.get("MemAvailable", 0), self.info.get("MemTotal", 0)
        path = f"{NODES}/node{node}/meminfo"
        found = {}
        for line in self._source.read(path).lines:
            words = line.split()
            found[words[2].rstrip(":")] = int(words[3]) * (KIB if words[4:] == ["kB"] else 1)
        if "MemTotal" not in found:
            raise Unknown("there is no MemTotal", path)
        free = sum(found.get(key, 0) for key in ("MemFree", "Active(file)", "Inactive(file)", "SReclaimable"))
        return free, found["MemTotal"]

    @cached_property
    def mounts(self) -> dict[int, str]:
        """Size of a page -> where hugetlbfs with such pages is mounted."""
        default = self.info.get("Hugepagesize", 0)
        found = {}
        for line in self._source.read("/proc/mounts").lines:
            words = line.split()
            if len(words) > 3 and words[2] == "hugetlbfs":
                size = re.search(r"pagesize=(\d+[KMG]?)", words[3])
                found[parse_size(size[1]) if size else default] = words[1]
        return found

    def thp(self, name: str) -> tuple[Reading, str]:
        """`enabled` or `defrag`: what was read, and the word in brackets; empty: the kernel has none."""
        reading = self._source.read(f"{THP}/{name}")
        word = re.search(r"\[(\S+)\]", reading.text)
        return reading, word[1] if word else ""
