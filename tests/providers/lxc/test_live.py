"""What is changed while a container runs."""

from __future__ import annotations

import pytest

from serai.providers import bridges
from serai.providers.contract import Effect, Materials, Verdict
from serai.providers.lxc import forwards, gather, lifecycle, live
from serai.providers.lxc.record import load
from serai.spec.container import Container
from serai.spec.machine import Machine

LIVE, LATER = Verdict(Effect.LIVE), Verdict(Effect.RESTART, "later")


@pytest.fixture
def calls(monkeypatch):
    found: list[list[str]] = []
    monkeypatch.setattr(live, "run", lambda argv, **more: found.append(list(argv)[-2:]))
    monkeypatch.setattr(live, "words", lambda name, container: [name, container])
    monkeypatch.setattr(gather, "cgroups", lambda: {"memory": 1, "pids": 1})
    monkeypatch.setattr(bridges, "uplink", lambda stated="": "lxcbr0")
    return found


def test_limits_are_written_and_the_rest_waits(scope, made, calls, monkeypatch):
    directory = made("web")
    monkeypatch.setattr(lifecycle, "state", lambda scope, name: "RUNNING")
    machine = Machine(name="web", container=Container(memory=1 << 26, memory_swap=1 << 27, pids=9))

    live.apply(scope, machine, {"container.memory": LIVE, "container.cmd": LATER}, Materials())

    assert calls == [
        ["memory.memsw.limit_in_bytes", str(1 << 27)],
        ["memory.limit_in_bytes", str(1 << 26)],
        ["pids.max", "9"],
    ]
    record = load(directory)
    assert record is not None
    assert (record.pending, record.applied) == ({"container.cmd": "later"}, machine)
    assert not (directory / "config").exists()


def test_ports_get_a_new_relay(scope, made, calls, home, monkeypatch):
    made("web")
    monkeypatch.setattr(lifecycle, "state", lambda scope, name: "RUNNING")
    opened: list[str] = []
    monkeypatch.setattr(forwards, "hand_over", lambda *words: opened.append("opened"))

    live.apply(scope, Machine(name="web"), {"networks.forwarded_port": LIVE})

    assert (opened, calls) == (["opened"], [])


def test_one_that_is_off_has_its_configuration_written_for_the_hosts_next_start(scope, made, calls):
    directory = made("web", base="lxc.arch = x86_64\n")

    live.apply(scope, Machine(name="web", container=Container(pids=9)), {"container.pids": LIVE}, Materials())

    assert "lxc.cgroup.pids.max = 9" in (directory / "config").read_text()
    assert calls == []
