"""What `env` and `machine` of a trigger answer by is there for each name; evaluated in test_acting.py."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile import actors


@pytest.mark.parametrize(
    "actor", [actors.EnvActor, actors.MachineActor, actors.StateActor, actors.CommunicateActor]
)
def test_each_name_has_its_method_and_no_other_is_answered(actor: type[actors.Actor]) -> None:
    has = {name.removeprefix("do_").replace("_is", "?") for name in dir(actor) if name.startswith("do_")}
    assert has == set(actor.answers)
    one = actor.__new__(actor)
    assert one.ruby_responds(actor.answers[0]) and not one.ruby_responds("run")


@pytest.mark.parametrize("provider", ["libvirt", "docker", ""])
def test_every_state_has_a_word_with_each_provider(provider: str) -> None:
    assert set(actors.STATES[provider]) == {"running", "off", "paused", "saved"}
