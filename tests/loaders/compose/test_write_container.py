"""A container's keys in Compose's words."""

from __future__ import annotations

import pytest

from serai.loaders.compose.write_container import (
    ELSEWHERE,
    OF_MACHINE,
    OTHER,
    SAME,
    SIZES,
    Loss,
    container_keys,
    seconds,
)
from serai.spec.container import Container
from serai.spec.container_parts import Files, Health, Volume
from serai.spec.hook import Event, Hook, On
from serai.spec.machine import Machine


def keys(container: Container, machine: Machine | None = None):
    volumes, configs, loss = {}, {}, Loss()
    found = container_keys(machine or Machine(name="web"), container, loss, volumes, configs)
    return found, volumes, configs, [str(error) for error in loss.errors]


def test_no_key_is_in_two_tables() -> None:
    every = [*SAME, *OTHER, *SIZES, *OF_MACHINE, *ELSEWHERE]

    assert len(every) == len(set(every))
    assert set(every) <= set(Container.__struct_fields__)


def test_keys_have_composes_names() -> None:
    container = Container(
        cmd=["a"], memory=1 << 20, ipc="machine:db", stop_timeout=90.0, health=Health(interval=0.5)
    )

    assert keys(container)[0] == {
        "command": ["a"],
        "mem_limit": "1048576b",
        "ipc": "service:db",
        "stop_grace_period": "90s",
        "healthcheck": {"interval": "500ms"},
    }


def test_volumes_and_files_stand_at_the_top_too() -> None:
    volumes = [
        Volume(target="/a", name="x", external=True),
        Volume(target="/b", name="y", driver="d", options={"o": "p"}),
    ]
    container = Container(volumes=volumes, files=[Files(target="/c", content="text", mode="0400")])

    found, top, configs, _ = keys(container)

    assert top == {"x": {"external": True, "name": "x"}, "y": {"driver": "d", "driver_opts": {"o": "p"}}}
    assert configs == {"web-1": {"content": "text"}}
    assert found["configs"] == [{"source": "web-1", "target": "/c", "mode": "0400"}]


def test_hooks_are_plain_commands_or_of_a_shell() -> None:
    hooks = {Event.AFTER_START: [Hook(run="a 'b c'", on=On.GUEST), Hook(run="a && b", on=On.GUEST)]}

    found = keys(Container(), Machine(name="web", hooks=hooks))[0]

    assert found["post_start"] == [{"command": ["a", "b c"]}, {"command": ["sh", "-c", "a && b"]}]


def test_what_compose_has_not_is_lost() -> None:
    assert "web" not in keys(Container(rootfs="x"))[0]
    assert len(keys(Container(rootfs="x", nesting=True))[3]) == 2


@pytest.mark.parametrize(("value", "text"), [(90.0, "90s"), (0.25, "250ms"), (0.0, "0s"), (1.5, "1.5s")])
def test_durations(value: float, text: str) -> None:
    assert seconds(value) == text
