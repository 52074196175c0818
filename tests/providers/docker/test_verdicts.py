"""How each changed key of a container is applied."""

from __future__ import annotations

from typing import Any

import pytest

from docker_site import machine
from serai.providers.contract import Effect, Observed, State
from serai.providers.docker.verdicts import verdict

SEEN = Observed(name="web", provider="docker", state=State.READY)


@pytest.mark.parametrize(
    ("key", "new", "effect"),
    [
        ("provider", "qemu", Effect.IMMUTABLE),
        ("memory.size", 1 << 30, Effect.LIVE),
        ("container.memory", None, Effect.RECREATE),
        ("container.restart", None, Effect.LIVE),
        ("container.pids", 10, Effect.LIVE),
        ("container.files", [], Effect.LIVE),
        ("networks.private", [], Effect.LIVE),
        ("networks.forwarded_port", [], Effect.RECREATE),
        ("container.env.A", "b", Effect.RECREATE),
        ("container.volumes", [], Effect.RECREATE),
        ("image", "nginx:2", Effect.RECREATE),
        ("halt_timeout", 3.0, Effect.LIVE),
        ("ssh.key", "x", Effect.LIVE),
        ("providers.qemu.accel", "kvm", Effect.LIVE),
        ("synced_folders.rsync", [], Effect.RECREATE),
    ],
)
def test_a_key_is_changed_live_or_by_a_new_container(key: str, new: Any, effect: Effect) -> None:
    assert verdict(machine(), SEEN, key, "old", new).effect is effect


@pytest.mark.parametrize("key", ["memory.size", "container.memory"])
def test_memory_that_the_other_key_limits_is_moved(key: str) -> None:
    by_box, by_size = machine(container={"memory": 1 << 29}), machine(memory={"size": 1 << 30})

    assert [verdict(each, SEEN, key, 1 << 28, None).effect for each in (by_box, by_size)] == [Effect.LIVE] * 2
    assert verdict(machine(), SEEN, key, 1 << 28, None).effect is Effect.RECREATE


@pytest.mark.parametrize(
    ("container", "key"),
    [({"read_only": True}, "container.files"), ({"network_mode": "host"}, "networks.private")],
)
def test_what_could_be_changed_elsewhere_cannot_be_here(container: dict[str, Any], key: str) -> None:
    assert verdict(machine(container=container), SEEN, key, [], [1]).effect is Effect.RECREATE
