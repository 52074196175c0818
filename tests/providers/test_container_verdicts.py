"""How a key is changed, whatever engine without images runs the container."""

from __future__ import annotations

import pytest

from serai.providers.container_verdicts import verdict
from serai.providers.contract import Effect, Observed, State

ON = Observed(name="web", provider="lxc", state=State.READY)


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
    assert verdict(ON, key, 2, "X").effect is effect


def test_who_wants_the_restart_is_named():
    assert verdict(ON, "container.cmd", 2, "X").reason == "X reads it when it starts the container"
    assert verdict(ON, "container.pids", None, "X").effect is Effect.RESTART
