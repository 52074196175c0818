"""Memory: sizes in bytes, pages per node, mounts per size."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.memory import Memory
from serai.host.facts.source import Source, Unknown
from serai.util.units import GIB, KIB, MIB


def test_sizes_are_bytes_and_counts_are_counts(tmp_path):
    write(tmp_path, {"proc/meminfo": "MemTotal: 4 kB\nHugePages_Total: 7\nHugepagesize: 2048 kB"})
    memory = Memory(Source(tmp_path))

    assert (memory.info["MemTotal"], memory.info["HugePages_Total"]) == (4 * KIB, 7)


def test_a_mount_without_a_size_has_the_default(tmp_path):
    mounts = "a /dev/hugepages hugetlbfs rw 0 0\nb /huge hugetlbfs rw,pagesize=1024M 0 0"
    write(tmp_path, {"proc/meminfo": "Hugepagesize: 2048 kB", "proc/mounts": mounts})

    assert Memory(Source(tmp_path)).mounts == {2 * MIB: "/dev/hugepages", GIB: "/huge"}


def test_without_meminfo_nothing_is_known(tmp_path):
    write(tmp_path, {})
    with pytest.raises(Unknown):
        _ = Memory(Source(tmp_path)).info
