"""What a container's acts leave, where the acts themselves are seen in tests/e2e/test_lxc_life.py."""

from __future__ import annotations

import pytest

from serai.providers.container_record import Phase
from serai.providers.contract import Materials
from serai.providers.lxc import command, lifecycle
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def test_what_is_not_made_is_named(scope, made):
    with pytest.raises(SeraiError, match="web is not made"):
        lifecycle.made(scope, "web")
    made("web", phase=Phase.CREATING)
    with pytest.raises(SeraiError, match="web was never made to the end"):
        lifecycle.made(scope, "web")


def test_one_that_is_off_is_neither_frozen_nor_let_go_on(scope, made):
    made("web")
    with pytest.raises(SeraiError, match="web is not running"):
        lifecycle.suspend(scope, "web")
    with pytest.raises(SeraiError, match="web is not suspended: it is off"):
        lifecycle.resume(scope, "web")


def test_acts_may_be_called_twice(scope, made, monkeypatch):
    made("web")
    monkeypatch.setattr(command, "state", lambda root, name: "RUNNING")
    machine = Machine(name="web")

    lifecycle.create(scope, machine, Materials(), lambda phrase: None)
    lifecycle.start(scope, machine, Materials(), lambda phrase: None)
    lifecycle.resume(scope, "web")


def test_a_torn_record_does_not_keep_a_container_from_going(scope, made):
    directory = made("web")
    (directory / "serai.json").write_text("{")

    lifecycle.destroy(scope, "web")
    lifecycle.destroy(scope, "web")

    assert not directory.exists()
