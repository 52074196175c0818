"""Processors: model, topology, pins and flags (CPU-1, CPU-2, NEST-5)."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render import cpu
from serai.providers.libvirt.site import Site
from serai.spec.cpu import Cpu
from serai.spec.machine import Machine


def machine(**spec: Any) -> Machine:
    return msgspec.convert({"name": "web", **spec}, Machine)


def site(kind: str, **more: Any) -> Site:
    return msgspec.structs.replace(site_of(machine_of("plain")), kind=kind, **more)


@pytest.mark.parametrize(
    ("model", "kind", "mode"),
    [
        ("auto", "kvm", "host-passthrough"),
        ("auto", "qemu", "maximum"),
        ("auto", "test", "maximum"),
        ("host", "kvm", "host-passthrough"),
        ("host-passthrough", "kvm", "host-passthrough"),
        ("max", "qemu", "maximum"),
        ("maximum", "qemu", "maximum"),
        ("host-model", "kvm", "host-model"),
        ("EPYC", "kvm", "custom"),
    ],
)
def test_a_model_has_its_mode(model: str, kind: str, mode: str) -> None:
    assert cpu.mode(machine(cpu={"model": model}), site(kind)) == mode


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, (1, 1, 1)),
        ({"count": 4}, (1, 4, 1)),
        ({"count": 2, "max": 8}, (1, 8, 1)),
        ({"count": 8, "sockets": 2}, (2, 4, 1)),
        ({"count": 8, "cores": 2}, (4, 2, 1)),
        ({"count": 8, "cores": 2, "sockets": 2}, (2, 2, 2)),
        ({"count": 8, "threads": 2}, (1, 4, 2)),
        ({"sockets": 2, "cores": 3, "threads": 2}, (2, 3, 2)),
    ],
)
def test_what_a_topology_leaves_open_are_cores_then_sockets_then_threads(
    stated: dict[str, int], expected: tuple[int, int, int]
) -> None:
    found = cpu.topology(msgspec.convert(stated, Cpu))
    assert tuple(found.values()) == expected


def test_the_product_of_a_topology_is_all_the_cpus_that_there_can_be() -> None:
    found = cpu.topology(msgspec.convert({"count": 4, "max": 16, "sockets": 2, "dies": 2, "threads": 2}, Cpu))
    assert found == {"sockets": 2, "dies": 2, "cores": 2, "threads": 2}


def pins(spec: dict[str, Any]) -> dict[str, str]:
    root = Element("domain")
    cpu.add_processors(root, machine(cpu=spec))
    return {each.attrib["vcpu"]: each.attrib["cpuset"] for each in root.iterfind("cputune/vcpupin")}


def test_cpus_are_pinned_one_on_one_in_the_order_that_is_written() -> None:
    assert pins({"count": 3, "pin": {"cpus": "8,2-3"}}) == {"0": "8", "1": "2", "2": "3"}


def test_each_says_more_than_one_for_a_cpu() -> None:
    assert pins({"count": 2, "pin": {"each": {"1": "4-7,^5"}}}) == {"1": "4-7,^5"}


def test_a_machine_that_is_not_pinned_has_no_tuning() -> None:
    root = Element("domain")
    cpu.add_processors(root, machine(cpu={"count": 2}))
    assert [child.tag for child in root] == ["vcpu", "iothreads"]


def test_fifo_without_priority_has_the_lowest() -> None:
    root = Element("domain")
    cpu.add_processors(root, machine(cpu={"count": 2, "pin": {"scheduler": "fifo"}}))
    assert [each.attrib for each in root.iterfind("cputune/vcpusched")] == [
        {"vcpus": "0", "scheduler": "fifo", "priority": "1"},
        {"vcpus": "1", "scheduler": "fifo", "priority": "1"},
    ]


@pytest.mark.parametrize(
    ("nested", "kind", "host", "shown"),
    [
        (False, "kvm", "", {"vmx": False, "svm": False}),
        (True, "kvm", "svm", {"svm": True}),
        (True, "kvm", "", {"vmx": True}),
        (False, "qemu", "", {}),
        (True, "qemu", "vmx", {"svm": True}),
    ],
)
def test_nested_virtualization_is_shown_when_asked_for(
    nested: bool, kind: str, host: str, shown: dict[str, bool]
) -> None:
    one = machine(cpu={"nested": nested})
    place = site(kind, nested_flag=host)
    assert cpu.flags(one, place, cpu.mode(one, place)) == shown


def test_what_the_spec_says_of_a_flag_is_the_last_word() -> None:
    one = machine(cpu={"nested": True, "features": {"svm": False}})
    assert cpu.flags(one, site("kvm", nested_flag="svm"), "host-passthrough") == {"svm": False}


def test_memory_that_can_grow_has_a_node_to_be_plugged_into() -> None:
    root = Element("domain")
    cpu.add_cpu(root, machine(cpu={"count": 1, "max": 4}, memory={"size": 1 << 29, "max": 1 << 30}), site("qemu"))
    cells = [each.attrib for each in root.iterfind("cpu/numa/cell")]
    assert cells == [{"id": "0", "cpus": "0-3", "memory": "524288", "unit": "KiB"}]
