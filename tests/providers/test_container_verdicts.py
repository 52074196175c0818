"""How a key is changed, whatever engine without images runs the container."""

from __future__ import annotations

import msgspec
import pytest

from serai.providers.container_verdicts import verdict
from serai.providers.contract import Effect, Observed, State
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.memory import Memory

ON = Observed(name="web", provider="lxc", state=State.READY)
WEB = Machine(name="web", provider="lxc")


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("provider", Effect.IMMUTABLE),
        ("container.rootfs", Effect.RECREATE),
        ("container.idmap", Effect.RECREATE),
        ("ready", Effect.LIVE),
        ("providers.qemu.args", Effect.LIVE),
        ("memory.size", Effect.LIVE),
        ("guest.users", Effect.LIVE),
        ("synced_folders.9p", Effect.RESTART),
    ],
)
def test_a_key_is_changed_in_the_gentlest_way(key, effect):
    assert verdict(WEB, ON, key, 2, "X").effect is effect


def test_who_wants_the_restart_is_named():
    assert verdict(WEB, ON, "container.cmd", 2, "X").reason == "X reads it when it starts the container"
    assert verdict(WEB, ON, "container.pids", None, "X").effect is Effect.RESTART


@pytest.mark.parametrize("key", ["memory.size", "container.memory"])
def test_memory_that_the_other_key_limits_is_changed_while_it_runs(key):
    by_box = msgspec.structs.replace(WEB, container=Container(memory=1 << 29))
    by_size = msgspec.structs.replace(WEB, memory=Memory(size=1 << 30))

    assert [verdict(each, ON, key, None, "X").effect for each in (by_box, by_size)] == [Effect.LIVE] * 2
    assert verdict(WEB, ON, key, None, "X").effect is Effect.RESTART
