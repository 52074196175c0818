"""What libvirt refuses, each by its key with the way out; what it takes is not refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from libvirt_site import case_names, machine_of
from serai.providers.host_facts import HostFacts
from serai.providers.libvirt.check import check
from serai.providers.libvirt.site import Able
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

CASES = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())
NEWEST = Able(libvirt=12_000_000, qemu=10_000_000)
DEBIAN_12 = Able(
    libvirt=9_000_000,
    qemu=7_002_000,
    processors=288,
    models=("EPYC", "qemu64"),
    enums=frozenset(
        {
            *("cpu/mode=maximum", "cpu/mode=host-model", "cpu/mode=custom", "os/firmware=efi"),
            *("memoryBacking/sourceType=file", "memoryBacking/sourceType=memfd", "devices/graphics/type=vnc"),
            *("devices/video/modelType=virtio", "devices/video/modelType=vga"),
            *("devices/filesystem/driverType=path", "devices/filesystem/driverType=virtiofs"),
        }
    ),
)
BARE = msgspec.structs.replace(DEBIAN_12, enums=frozenset({"cpu/mode=maximum"}))
ABLE = {"newest": NEWEST, "debian 12": DEBIAN_12, "bare": BARE}


def problems(spec: dict[str, Any], able: Able = DEBIAN_12, **more: Any) -> list[SeraiError]:
    machine = msgspec.convert({"name": "web", "image": "tiny", **spec}, Machine)
    return check(machine, able, **{"kind": "qemu", "arch": "x86_64", "privileged": True, **more})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['key']}-{case.get('with', 'debian 12')}")
def test_a_refusal_names_its_key_and_the_way_out(case: dict[str, Any]) -> None:
    more = {key: case[key] for key in ("kind", "arch", "privileged") if key in case}
    found = problems(case["spec"], ABLE[case.get("with", "debian 12")], **more)
    assert [each.message.partition(": ")[2].partition(": ")[0] for each in found] == [case["key"]], found
    assert case["said"] in found[0].message
    assert all(each.hint and each.message.startswith("web: ") for each in found)


@pytest.mark.parametrize("case", case_names())
def test_the_newest_libvirt_takes_every_case(case: str) -> None:
    machine = machine_of(case)
    raw = machine.providers.libvirt
    found = check(
        machine,
        NEWEST,
        kind="kvm" if raw.accel == "kvm" else "qemu",
        arch="aarch64" if machine.arch == "arm64" else "x86_64",
        privileged=raw.uri != "qemu:///session",
    )
    assert [str(each) for each in found] == [str(each) for each in found if "UDP" in str(each)]


def test_a_plain_machine_is_taken_by_all() -> None:
    assert [problems({}, able) for able in ABLE.values()] == [[], [], []]
    assert problems({}, privileged=False) == []


def test_an_engine_that_tells_nothing_is_not_second_guessed() -> None:
    silent = Able(libvirt=9_000_000, qemu=0)
    assert problems({"devices": {"tpm": {}}, "cpu": {"model": "Nehalem"}}, silent, kind="test") == []


def test_a_key_is_refused_once() -> None:
    host = HostFacts(accel="tcg", accel_note="guests run under TCG", root=True)
    found = problems({"cpu": {"model": "host"}, "hyperv": {}}, host=host)
    assert sorted(each.message.split(": ")[1] for each in found) == ["cpu.model", "hyperv"]
