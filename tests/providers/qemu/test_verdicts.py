"""How a changed key would be applied."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.contract import Effect, Observed, State
from serai.providers.qemu.verdicts import verdict
from serai.spec.cpu import Cpu
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.units import GIB

OLD = Machine(
    name="web", cpu=Cpu(count=1, max=2), memory=Memory(size=GIB, max=2 * GIB), disks={"data": Disk(size=GIB)}
)


@pytest.mark.parametrize(
    ("key", "old", "new", "effect"),
    [
        ("memory.size", GIB, 2 * GIB, Effect.LIVE),
        ("memory.size", GIB, 4 * GIB, Effect.RESTART),
        ("memory.size", GIB, GIB // 2, Effect.LIVE),
        ("memory.max", 2 * GIB, 4 * GIB, Effect.RESTART),
        ("disks.data.size", GIB, 2 * GIB, Effect.LIVE),
        ("disks.data.size", 2 * GIB, GIB, Effect.IMMUTABLE),
        ("disks.data.cache", "auto", "none", Effect.RESTART),
        ("image", "debian:12", "debian:13", Effect.RECREATE),
        ("keep", False, True, Effect.LIVE),
        ("networks[0].forwarded_port.host", 80, 81, Effect.LIVE),
        ("networks[0].private.network", "a", "b", Effect.RESTART),
        ("ssh.host_port", None, 2222, Effect.LIVE),
        ("name", "a", "b", Effect.IMMUTABLE),
    ],
)
def test_a_changed_key_of_a_running_machine(key: str, old: Any, new: Any, effect: Effect) -> None:
    seen = Observed(name="web", provider="qemu", state=State.RUNNING, applied=OLD)
    found = verdict(OLD, seen, key, old, new)
    assert found.effect is effect
    assert found.reason or effect is Effect.LIVE


def test_more_cpus_are_live_up_to_the_spare_ones() -> None:
    seen = Observed(name="web", provider="qemu", state=State.RUNNING, applied=OLD)
    two, four = Machine(name="web", cpu=Cpu(count=2, max=2)), Machine(name="web", cpu=Cpu(count=4, max=4))
    assert verdict(two, seen, "cpu.count", 1, 2).effect is Effect.LIVE
    assert "spare" in verdict(four, seen, "cpu.count", 1, 4).reason


def test_a_machine_that_is_off_needs_no_restart() -> None:
    seen = Observed(name="web", provider="qemu", state=State.STOPPED, applied=OLD)
    assert verdict(OLD, seen, "memory.max", GIB, 2 * GIB).effect is Effect.LIVE
