"""How each key of a container would be changed."""

from __future__ import annotations

import pytest

from serai.providers.contract import Effect, Observed, State
from serai.providers.nspawn.verdicts import verdict
from serai.spec.machine import Machine

ON = Observed(name="web", provider="nspawn", state=State.READY)
OFF = Observed(name="web", provider="nspawn", state=State.STOPPED)


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("image", Effect.RECREATE),
        ("memory.size", Effect.LIVE),
        ("container.cmd", Effect.RESTART),
        ("providers.nspawn.autostart", Effect.LIVE),
        ("providers.nspawn.settings.Exec.Personality", Effect.RESTART),
        ("providers.lxc.order", Effect.LIVE),
    ],
)
def test_a_key_is_changed_in_the_gentlest_way(key, effect):
    assert verdict(Machine(name="web"), ON, key, 1, 2).effect is effect


def test_what_needs_a_restart_needs_none_when_it_is_off():
    assert verdict(Machine(name="web"), OFF, "providers.nspawn.settings.Exec.X", 1, 2).effect is Effect.LIVE
