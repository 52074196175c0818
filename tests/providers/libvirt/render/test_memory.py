"""Memory: where it must be shared, and that <memoryBacking> is where libvirt looks for it (MEM-5)."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render import memory
from serai.providers.libvirt.site import Folder
from serai.spec.machine import Machine

VIRTIOFS = Folder("tag", "/srv", False, "virtiofs")
NINEP = Folder("tag", "/srv", False, "9p")


def of(spec: dict[str, Any], *folders: Folder) -> Element:
    machine = msgspec.convert({"name": "web", "memory": spec}, Machine)
    root = Element("domain")
    memory.add_memory(root, machine, msgspec.structs.replace(site_of(machine_of("plain")), folders=folders))
    return root


def test_plain_memory_says_nothing_of_its_backing() -> None:
    assert [child.tag for child in of({})] == ["memory", "currentMemory"]


@pytest.mark.parametrize(
    ("spec", "folders", "backing"),
    [
        ({}, (VIRTIOFS,), {"source": "memfd", "access": "shared"}),
        ({}, (NINEP,), {}),
        ({"shared": True}, (), {"source": "memfd", "access": "shared"}),
        ({"shared": False}, (), {"access": "private"}),
        ({"source": "file"}, (VIRTIOFS,), {"source": "file", "access": "shared"}),
        ({"source": "anonymous"}, (), {"source": "anonymous"}),
    ],
)
def test_virtiofs_has_its_shared_memory(
    spec: dict[str, Any], folders: tuple[Folder, ...], backing: dict[str, str]
) -> None:
    found = of(spec, *folders)
    words = {each.tag: each.get("type") or each.get("mode") for each in found.iterfind("memoryBacking/*")}
    assert words == backing


def test_huge_pages_without_size_are_of_the_hosts_own() -> None:
    assert list(of({"hugepages": {}}).iterfind("memoryBacking/hugepages/*")) == []


def test_huge_pages_have_size_and_cells() -> None:
    page = of({"hugepages": {"size": 1 << 30, "nodes": "0-1"}}).find("memoryBacking/hugepages/page")
    assert page is not None
    assert (page.attrib, page.text) == ({"size": "1048576", "unit": "KiB", "nodeset": "0-1"}, None)


def test_memory_that_does_not_grow_has_no_slots() -> None:
    assert of({"size": 1 << 30, "max": 1 << 30}).find("maxMemory") is None
    assert of({"size": 1 << 29, "max": 1 << 30, "slots": 3}).find("maxMemory[@slots='3']") is not None


def test_a_cell_without_host_nodes_is_not_bound() -> None:
    cells = [{"cpus": "0", "memory": 1 << 28}, {"cpus": "1", "memory": 1 << 28, "host_nodes": "1"}]
    machine = msgspec.convert({"numa": {"cells": cells, "policy": "interleave"}}, Machine)
    root = Element("domain")
    memory.add_policy(root, machine)
    (node,) = root.iterfind("numatune/*")
    assert node.attrib == {"cellid": "1", "mode": "interleave", "nodeset": "1"}


def test_a_cell_with_a_policy_of_its_own_has_the_machines_nodes() -> None:
    cells = [{"cpus": "0", "memory": 1 << 28}, {"cpus": "1", "memory": 1 << 28, "policy": "preferred"}]
    machine = msgspec.convert({"numa": {"cells": cells, "host_nodes": "0-1"}}, Machine)
    root = Element("domain")
    memory.add_policy(root, machine)
    assert [(each.tag, each.get("mode"), each.get("nodeset")) for each in root.iterfind("numatune/*")] == [
        ("memory", "strict", "0-1"),
        ("memnode", "preferred", "0-1"),
    ]
