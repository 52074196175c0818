"""Each kind of machine refuses what only the other one has, by its key."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.loaders.shape import record
from serai.providers.kinds import VM_ONLY, is_container, not_a_container, not_a_machine, of_containers
from serai.spec.machine import Machine
from serai.spec.network import Network
from spec_keys import leaves


def machine(**spec: Any) -> Machine:
    return msgspec.convert({"name": "web", **spec}, Machine)


def keys(errors: Any) -> list[str]:
    found = list(errors)
    assert all(each.hint for each in found)
    return [each.message.split(": ")[1] for each in found]


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"container": {}}, "container"),
        ({"container": {"cmd": ["true"]}}, "container.cmd"),
        ({"networks": [{"private": {"aliases": ["www"]}}]}, "networks[0].private.aliases"),
    ],
)
def test_a_hypervisor_refuses_what_only_a_container_has(spec: dict[str, Any], key: str) -> None:
    assert keys(not_a_container(machine(**spec))) == [key]


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"firmware": "uefi"}, "firmware"),
        ({"disks": {"data": {"size": 1 << 30}}}, "disks"),
        ({"cpu": {"count": 2, "pin": {"cpus": "0"}}}, "cpu.pin"),
        ({"memory": {"size": 1 << 30, "max": 1 << 31}}, "memory.max"),
        ({"networks": [{"private": {"queues": 2}}]}, "networks[0].private.queues"),
    ],
)
def test_a_container_engine_refuses_what_only_a_virtual_machine_has(spec: dict[str, Any], key: str) -> None:
    assert keys(not_a_machine(machine(**spec))) == [key]


@pytest.mark.parametrize(
    ("provider", "uri", "default", "wanted"),
    [
        ("docker", None, "", True),
        ("lxc", None, "", True),
        ("qemu", None, "", False),
        ("libvirt", None, "", False),
        ("libvirt", "lxc:///", "", True),
        ("libvirt", "lxc+ssh://root@host/", "", True),
        ("libvirt", None, "lxc:///", True),
        ("libvirt", "qemu:///system", "lxc:///", False),
    ],
)
def test_libvirts_machines_are_containers_where_its_driver_is_that_of_containers(
    provider: str, uri: str | None, default: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", default)

    assert is_container(machine(provider=provider, providers={"libvirt": {"uri": uri}})) is wanted


def test_what_both_have_is_refused_by_neither() -> None:
    both = machine(
        image="tiny",
        cpu={"count": 2},
        memory={"size": 1 << 30},
        networks=[{"forwarded_port": {"guest": 80, "host": 8080}}, {"private": {"mtu": 1400}}],
    )

    assert keys(not_a_container(both)) == []
    assert keys(not_a_machine(both)) == []


def test_every_key_that_is_refused_is_one_of_the_spec() -> None:
    known = list(leaves(record(Machine)))
    nics = {key.rpartition(".")[2] for key in known if key.startswith("networks.")}

    for key in VM_ONLY:
        if key.startswith("networks."):
            assert key.rpartition(".")[2] in nics
        else:
            assert any(each == key or each.startswith(f"{key}.") for each in known), key


def test_the_keys_of_networks_of_containers_are_keys_of_a_network() -> None:
    assert of_containers(Network()).keys() <= set(Network.__struct_fields__)
