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


def test_a_node_can_give_what_is_free_and_what_can_be_dropped(tmp_path):
    lines = [
        "Node 1 MemTotal: 100 kB",
        "Node 1 MemFree: 10 kB",
        "Node 1 Inactive(file): 5 kB",
        "Node 1 AnonPages: 9 kB",
    ]
    write(
        tmp_path,
        {
            "sys/devices/system/node/node1/meminfo": "\n".join(lines),
            "proc/meminfo": "MemTotal: 200 kB\nMemAvailable: 50 kB",
        },
    )
    memory = Memory(Source(tmp_path))

    assert memory.room(1) == (15 * KIB, 100 * KIB)
    assert memory.room(-1) == (50 * KIB, 200 * KIB)
    with pytest.raises(Unknown):
        memory.room(2)
