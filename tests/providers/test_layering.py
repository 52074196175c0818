"""What of a machine decides whether a layer fits it, and what forbids layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers import layering
from serai.providers.contract import Image, Materials
from serai.spec.machine import Machine

IMAGE = Image(reference="tiny", digest="sha256:ab", disk=Path("/images/tiny"))
MATERIALS = Materials(image=IMAGE)


def machine(**more: Any) -> Machine:
    return msgspec.convert({"name": "web", "image": "tiny", **more}, Machine)


def digest(machine: Machine, materials: Materials = MATERIALS, provider: str = "qemu", more: Any = None) -> str:
    return layering.digest(provider, machine, materials, Path("/project"), more)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"disks": {"data": {"path": "/dev/sdb", "format": "raw"}}}, "disks.data: a file of yours"),
        ({"disks": {"data": {"size": 1 << 30, "format": "raw"}}}, "disks.data.format: only qcow2"),
        ({"disks": {"cd": {"device": "cdrom"}}}, "disks.cd: a file of yours"),
        ({"devices": {"tpm": {}}}, "devices.tpm: "),
        ({"secure_boot": True}, "secure_boot: "),
    ],
)
def test_what_forbids_layers_is_named(more, why):
    assert layering.why_not(machine(**more), MATERIALS).startswith(why)


def test_what_goes_with_layers():
    several = machine(disks={"root": {"size": 20 << 30}, "data": {"size": 1 << 30}}, firmware="uefi")

    assert layering.why_not(several, MATERIALS) == ""
    assert layering.why_not(machine(), Materials()) != ""
    in_memory = Materials(image=msgspec.structs.replace(IMAGE, disk=None))
    assert layering.why_not(machine(), in_memory) == "it has no image whose disk would change"


@pytest.mark.parametrize(
    "more",
    [
        {"name": "db"},
        {"hostname": "db.example.org"},
        {"provision": [{"shell": {"inline": "true"}}]},
        {"networks": [{"forwarded_port": {"guest": 80, "host": 8080}}]},
        {"ssh": {"forward_agent": True}},
        {"keep": True},
        {"warm": True},
        {"ready": {"within": 60}},
    ],
)
def test_what_the_guest_does_not_see_is_no_other_machine(more):
    assert digest(machine(**more)) == digest(machine())


@pytest.mark.parametrize(
    "more",
    [
        {"memory": {"size": 256 << 20}},
        {"cpu": {"count": 2}},
        {"cpu": {"model": "max"}},
        {"disks": {"root": {"size": 20 << 30}}},
        {"disks": {"data": {"size": 1 << 30}}},
        {"networks": [{"private": {"network": "back"}}]},
        {"networks": [{"uplink": {"model": "e1000"}}]},
        {"guest": {"packages": ["tree"]}},
        {"guest": {"commands": ["true"]}},
        {"firmware": "uefi"},
        {"providers": {"qemu": {"args": ["-no-reboot"]}}},
    ],
)
def test_what_the_guest_sees_makes_another(more):
    assert digest(machine(**more)) != digest(machine())


def test_networks_of_other_names_and_addresses_are_the_same_cards():
    first = machine(networks=[{"private": {"network": "back", "address": "10.0.0.5"}}])
    second = machine(
        networks=[{"private": {"network": "front", "address": "10.0.1.7", "mac": "52:54:00:00:00:01"}}]
    )

    assert digest(first) == digest(second)


def test_image_login_provider_and_what_the_provider_adds_make_another():
    found = {
        digest(machine()),
        digest(machine(), msgspec.structs.replace(MATERIALS, user="ann")),
        digest(machine(), Materials(image=msgspec.structs.replace(IMAGE, digest="sha256:cd"))),
        digest(machine(), provider="libvirt"),
        digest(machine(), more=["kvm"]),
    }

    assert len(found) == 5


def test_another_processor_makes_another(monkeypatch):
    before = digest(machine())

    monkeypatch.setattr(layering, "processor", lambda: "x86_64 fpu")

    assert digest(machine()) != before


def contained(image: str = "sha256:1", **more: Any) -> str:
    found = machine(provider="docker", **more)
    return layering.of_container("docker", found, image, Path("/project"))


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({"name": "db", "hostname": "db", "env": {"A": "b"}}, True),
        ({"container": {"name": "own", "restart": "always", "stop_timeout": 3}}, True),
        ({"image": "sha256:2"}, False),
        ({"container": {"env": {"A": "b"}}}, False),
        ({"container": {"cmd": ["sleep", "1"]}}, False),
        ({"user": "web"}, False),
    ],
)
def test_what_a_container_is_started_with_decides_and_how_it_is_called_does_not(more, same):
    image = more.pop("image", "sha256:1")

    assert (contained(image, **more) == contained()) is same
