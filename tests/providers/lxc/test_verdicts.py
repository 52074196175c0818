"""How each key of a container would be changed."""

from __future__ import annotations

import pytest

from serai.providers.contract import Effect, Observed, State
from serai.providers.lxc.verdicts import verdict
from serai.spec.machine import Machine

ON = Observed(name="web", provider="lxc", state=State.READY)
OFF = Observed(name="web", provider="lxc", state=State.STOPPED)
WEB = Machine(name="web", provider="lxc")


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("name", Effect.IMMUTABLE),
        ("image", Effect.RECREATE),
        ("container.template", Effect.RECREATE),
        ("container.unprivileged", Effect.RECREATE),
        ("providers.lxc.storage", Effect.RECREATE),
        ("memory.size", Effect.LIVE),
        ("cpu.count", Effect.LIVE),
        ("container.pids", Effect.LIVE),
        ("networks.forwarded_port", Effect.LIVE),
        ("synced_folders.rsync", Effect.LIVE),
        ("synced_folders.9p", Effect.RESTART),
        ("networks.private", Effect.RESTART),
        ("container.cmd", Effect.RESTART),
        ("guest.packages", Effect.LIVE),
        ("halt_timeout", Effect.LIVE),
        ("providers.lxc.autostart", Effect.LIVE),
        ("providers.qemu.args", Effect.LIVE),
    ],
)
def test_a_key_is_changed_in_the_gentlest_way(key, effect):
    assert verdict(WEB, ON, key, 1, 2).effect is effect


def test_what_needs_a_restart_needs_none_when_it_is_off():
    assert verdict(WEB, OFF, "container.cmd", 1, 2).effect is Effect.LIVE


def test_a_limit_that_is_taken_away_waits_for_a_restart():
    assert verdict(WEB, ON, "container.pids", 50, None).effect is Effect.RESTART
    assert verdict(WEB, OFF, "container.pids", 50, None).effect is Effect.LIVE
