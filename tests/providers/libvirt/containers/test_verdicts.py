"""How a changed key of a container of libvirt's is applied."""

from __future__ import annotations

import pytest

from serai.providers.contract import Effect, Observed, State
from serai.providers.libvirt.containers.verdicts import verdict

RUNS = Observed(name="web", provider="libvirt", state=State.READY)
OFF = Observed(name="web", provider="libvirt", state=State.STOPPED)


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("name", Effect.IMMUTABLE),
        ("providers.libvirt.uri", Effect.IMMUTABLE),
        ("image", Effect.RECREATE),
        ("container.rootfs", Effect.RECREATE),
        ("provision.0", Effect.LIVE),
        ("guest.packages", Effect.LIVE),
        ("providers.lxc.order", Effect.LIVE),
        ("providers.libvirt.autostart", Effect.LIVE),
        ("providers.libvirt.xml", Effect.RESTART),
        ("container.memory", Effect.RESTART),
        ("networks.private", Effect.RESTART),
    ],
)
def test_a_key_is_changed_in_the_gentlest_way(key, effect):
    assert verdict(RUNS, key).effect is effect


def test_one_that_is_off_takes_all_of_it_up_at_its_next_start():
    assert verdict(OFF, "container.memory").effect is Effect.LIVE
    assert verdict(OFF, "container.rootfs").effect is Effect.RECREATE
