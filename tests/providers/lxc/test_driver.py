"""The driver hands each act on, and says what a container has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers import bridges
from serai.providers.contract import Feature, Mark, Materials
from serai.providers.lxc.driver import Lxc
from serai.providers.lxc.record import editing, load
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def test_what_it_cannot_do_has_a_reason_each(scope):
    able = Lxc(scope).capabilities()

    assert able.has | able.why_not.keys() == set(Feature)
    assert not able.has & able.why_not.keys()


def test_memory_is_never_written_to_disk(scope):
    with pytest.raises(SeraiError, match="CRIU"):
        Lxc(scope).suspend("web", to_disk=True)


def test_there_is_neither_screen_nor_agent(scope):
    with pytest.raises(SeraiError, match="no screen"):
        Lxc(scope).screenshot("web", Path("x.png"))
    with pytest.raises(SeraiError, match="no agent"):
        Lxc(scope).agent_exec("web", "true", 1)


def test_marks_are_kept_with_the_container(scope, made):
    directory = made("web")
    driver = Lxc(scope)

    driver.mark("web", {"a": Mark("1", 1.0), "b": Mark("2", 2.0)}, ready=True)
    driver.mark("web", {"a": None})

    record = load(directory)
    assert record is not None
    assert list(record.marks) == ["b"]
    assert record.ready_at > 0


def test_one_is_ready_although_the_clock_was_set_back_since_its_start(scope, made, monkeypatch):
    directory = made("web")
    with editing(directory) as record:
        record.started_at = 100.0
    monkeypatch.setattr("time.time", lambda: 5.0)

    Lxc(scope).mark("web", {}, ready=True)

    record = load(directory)
    assert record is not None
    assert record.ready_at >= record.started_at


def test_why_it_does_not_run(scope, made):
    made("web")
    made("lost", stopped=False)
    driver = Lxc(scope)

    assert driver.failure("web") == "it is off"
    assert driver.failure("lost") == "its first process ended, and said nothing on the console"
    assert driver.failure("none") == "there is no such container"


def test_a_difference_is_what_a_start_would_write(scope, made, monkeypatch):
    monkeypatch.setattr(bridges, "uplink", lambda stated="": "lxcbr0")
    driver, machine = Lxc(scope), Machine(name="web", container=Container(pids=5))
    directory = made("web", base="lxc.arch = x86_64\n")
    text = driver.render(machine, Materials()).text
    assert text.startswith("lxc.arch = x86_64\n")
    assert len(driver.difference(machine, Materials())) > len(text.splitlines())

    (directory / "config").write_text(text)
    assert driver.difference(machine, Materials()) == []
