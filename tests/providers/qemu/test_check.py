"""Refusals come all at once, each with its way out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.qemu.driver import Qemu
from serai.spec.machine import Machine

CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "image: there is nothing to start from"),
    ({"networks": [{"public": {"bridge": "serai-none"}}]}, "networks[0].public.bridge: the host has no bridge"),
    ({"cpu": {"count": 3, "cores": 2}}, "cpu: sockets"),
    ({"cpu": {"count": 4, "max": 2}}, "cpu.max: 2 is less"),
    ({"cpu": {"clusters": 2}}, "cpu.clusters"),
    ({"cpu": {"dies": 2}, "arch": "arm64"}, "cpu.dies"),
    ({"cpu": {"count": 1, "max": 2}, "arch": "arm64"}, "cpu.max"),
    ({"cpu": {"nested": True}, "arch": "arm64"}, "cpu.nested"),
    ({"hyperv": {}, "arch": "arm64"}, "hyperv: only amd64"),
    ({"cpu": {"model": "Skylake-Servr"}}, "no CPU model"),
    ({"cpu": {"model": "host-model"}}, "cpu.model: it is libvirt"),
    ({"cpu": {"model": "EPYC", "cache": "passthrough"}}, "cpu.cache"),
    ({"cpu": {"model": "EPYC", "migratable": False}}, "cpu.migratable"),
    ({"memory": {"size": 2048, "max": 1024}}, "memory.max: 1KiB is less than size"),
    ({"memory": {"size": 2048, "hard_limit": 1 << 30}}, "memory.hard_limit"),
    ({"memory": {"hugepages": {}, "source": "file"}}, "memory.source"),
    ({"disks": {"d": {"io": "native", "cache": "writeback"}}}, "disks.d.io: native needs O_DIRECT"),
    ({"providers": {"qemu": {"machine": "pdp11"}}}, "has no pdp11"),
    ({"cpu": {"model": "host"}, "providers": {"qemu": {"accel": "tcg"}}}, "needs KVM"),
    ({"hyperv": {}, "providers": {"qemu": {"accel": "tcg"}}}, "hyperv: "),
    ({"secure_boot": True, "firmware": "bios"}, "secure_boot: only UEFI"),
    ({"clock": {"pit": "discard"}, "providers": {"qemu": {"accel": "tcg"}}}, "clock.pit"),
]


@pytest.mark.engine
@pytest.mark.parametrize(("spec", "word"), CASES)
def test_a_refusal_names_the_cause_and_the_way_out(qemu: Qemu, spec: dict[str, Any], word: str) -> None:
    problems = qemu.check(msgspec.convert({"name": "web", **spec}, Machine))
    assert any(word in each.message for each in problems), problems
    assert all(each.hint and each.message.startswith("web: ") for each in problems if word in each.message)


@pytest.mark.engine
def test_a_machine_of_today_is_not_refused(qemu: Qemu) -> None:
    spec = {
        "name": "web",
        "image": "tiny",
        "memory": {"source": "memfd", "prealloc": True},
        "disks": {"cd": {"device": "cdrom"}, "data": {"queues": 1, "detect_zeroes": "unmap"}},
        "devices": {"watchdog": {}, "channels": [{"name": "a"}], "graphics": {"type": "vnc"}},
        "boot": {"order": ["cd", "root", "network"]},
    }
    assert qemu.check(msgspec.convert(spec, Machine)) == []
