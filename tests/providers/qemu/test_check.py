"""Refusals come all at once, each with its way out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.qemu.check import capabilities
from serai.providers.qemu.driver import Qemu
from serai.spec.machine import Machine

CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing to start from"),
    ({"networks": [{"public": {"bridge": "br0"}}]}, "root"),
    ({"cpu": {"count": 3, "cores": 2}}, "sockets"),
    ({"cpu": {"model": "Skylake-Servr"}}, "no CPU model"),
    ({"memory": {"size": 2048, "max": 1024}}, "less than size"),
    ({"disks": {"d": {"io": "native", "cache": "writeback"}}}, "O_DIRECT"),
    ({"providers": {"qemu": {"machine": "pdp11"}}}, "has no pdp11"),
    ({"cpu": {"model": "host"}, "providers": {"qemu": {"accel": "tcg"}}}, "needs KVM"),
]


@pytest.mark.engine
@pytest.mark.parametrize(("spec", "word"), CASES)
def test_a_refusal_names_the_cause_and_the_way_out(qemu: Qemu, spec: dict[str, Any], word: str) -> None:
    problems = qemu.check(msgspec.convert({"name": "web", **spec}, Machine))
    assert any(word in each.message for each in problems), problems
    assert all(each.hint and each.message.startswith("web: ") for each in problems)


@pytest.mark.engine
def test_every_missing_feature_has_a_reason(qemu: Qemu) -> None:
    able = capabilities()
    assert not able.has & able.why_not.keys()
    assert all(able.why_not.values())
