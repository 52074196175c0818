"""What the memory is on the host, and the nodes that the guest sees (MEM-5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serai.providers.qemu.render.memory import backed, backend, in_file, module, options, size_of
from serai.providers.qemu.site import RamFile
from serai.util.units import GIB, KIB, MIB

FOLDER = {"source": ".", "target": "/srv", "type": "virtiofs"}


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        ({"memory": {"source": "memfd"}}, {"qom-type": "memory-backend-memfd", "share": True}),
        (
            {"memory": {"source": "memfd", "shared": False}},
            {"qom-type": "memory-backend-memfd", "share": False},
        ),
        ({"memory": {"source": "file"}}, {"qom-type": "memory-backend-file", "mem-path": "."}),
        ({"memory": {"shared": True}}, {"qom-type": "memory-backend-memfd", "share": True}),
        ({"synced_folders": [FOLDER]}, {"qom-type": "memory-backend-memfd", "share": True}),
        (
            {"memory": {"hugepages": {"size": 2 * MIB}}},
            {"hugetlb": True, "hugetlbsize": 2 * MIB, "prealloc": True},
        ),
        (
            {"memory": {"prealloc": True, "prealloc_threads": 2}},
            {"qom-type": "memory-backend-ram", "prealloc": True, "prealloc-threads": 2},
        ),
        ({"numa": {"host_nodes": "0-1", "policy": "interleave"}}, {"host-nodes": [0, 1], "policy": "interleave"}),
        ({"numa": {"host_nodes": "0"}}, {"host-nodes": [0], "policy": "bind"}),
    ],
)
def test_the_memory_is_what_is_stated(spec: dict[str, Any], part: dict[str, Any], machine_of: Any) -> None:
    machine = machine_of(**spec)
    found = backend(machine, "ram0", GIB)
    assert backed(machine)
    assert found | part == found


def test_plain_memory_needs_no_object(machine_of: Any) -> None:
    assert not backed(machine_of(memory={"source": "anonymous"}))


def test_huge_pages_may_be_for_some_nodes_only(machine_of: Any) -> None:
    cells = [{"cpus": "0", "memory": 256 * MIB}, {"cpus": "1", "memory": 256 * MIB, "host_nodes": "1"}]
    machine = machine_of(memory={"hugepages": {"nodes": "1"}}, numa={"cells": cells, "host_nodes": "0"})
    first, second = (backend(machine, f"ram{node}", 256 * MIB, node) for node in (0, 1))
    assert "hugetlb" not in first
    assert second["hugetlb"]
    assert (first["host-nodes"], second["host-nodes"]) == ([0], [1])


@pytest.mark.parametrize("nodes", [None, "0"])
def test_a_guest_without_nodes_is_node_0(nodes: str | None, machine_of: Any) -> None:
    machine = machine_of(memory={"hugepages": {"size": 2 * MIB, "nodes": nodes}})
    found = backend(machine, "ram0", GIB)
    assert (found["qom-type"], found.get("hugetlbsize")) == ("memory-backend-memfd", 2 * MIB)


def test_nodes_have_their_cpus_and_distances(site_of: Any, machine_of: Any) -> None:
    cells = [
        {"cpus": "0-1,4", "memory": 256 * MIB, "distances": {"1": 21}},
        {"cpus": "2-3", "memory": 256 * MIB},
    ]
    words = [option[1] for option in options(machine_of(numa={"cells": cells}), site_of()) if option[0] == "-numa"]
    assert words == [
        "node,nodeid=0,cpus=0-1,cpus=4,memdev=ram0",
        "node,nodeid=1,cpus=2-3,memdev=ram1",
        "dist,src=0,dst=1,val=21",
    ]


def test_plugged_memory_belongs_to_a_node_where_there_are_some(machine_of: Any) -> None:
    assert "node" not in module(0, machine_of())
    cells = [{"cpus": "0", "memory": 512 * MIB}]
    assert module(0, machine_of(numa={"cells": cells}))["node"] == 0


def test_the_memory_of_a_warm_start_is_one_object_of_one_name(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(memory={"size": 128 << 20})
    for ram, kind in ((RamFile("ram", shared=True), "file"), (RamFile("/t/ram"), "file"), (RamFile(""), "ram")):
        _, (_, said) = options(machine, site_of(ram=ram))
        value = json.loads(said)
        assert (value["qom-type"], value["id"], value["share"]) == (f"memory-backend-{kind}", "ram0", ram.shared)
        assert value.get("mem-path", "") == ram.path


@pytest.mark.parametrize(
    ("size", "wanted", "word"),
    [
        (512 * MIB, 512 * MIB, "512M"),
        (500 * MIB + 8 * KIB, 500 * MIB + 8 * KIB, "512008K"),
        (500_000_000, 500_006_912, "488288K"),
        (1, 8 * KIB, "8K"),
    ],
)
def test_the_machine_and_what_holds_its_memory_have_one_size_that_qemu_takes(
    size: int, wanted: int, word: str, site_of: Any, machine_of: Any
) -> None:
    machine = machine_of(memory={"size": size, "prealloc": True})
    (_, words), (_, said) = options(machine, site_of())
    assert (words, json.loads(said)["size"]) == (f"size={word}", wanted)
    assert in_file(machine, RamFile("/t/ram"))["size"] == size_of(machine) == wanted


def test_the_machine_has_the_memory_of_its_nodes(site_of: Any, machine_of: Any) -> None:
    cells = [{"cpus": "0", "memory": 100_000_000}, {"cpus": "1", "memory": 100_000_000}]
    machine = machine_of(memory={"size": 200_000_000}, numa={"cells": cells})
    (_, words), (_, one), _, (_, two), *_ = options(machine, site_of())
    assert words == f"size={(json.loads(one)['size'] + json.loads(two)['size']) // KIB}K"


@pytest.mark.parametrize(
    ("most", "words"), [(1_000_000_000, "size=512M,slots=8,maxmem=976568K"), (512 * MIB, "size=512M")]
)
def test_memory_grows_to_whole_pages(most: int, words: str, site_of: Any, machine_of: Any) -> None:
    assert next(iter(options(machine_of(memory={"size": 512 * MIB, "max": most}), site_of()))) == ("-m", words)
