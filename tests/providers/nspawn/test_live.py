"""What is changed while a container runs."""

from __future__ import annotations

import pytest

from serai.providers import control_groups
from serai.providers.contract import Effect, Materials, Verdict
from serai.providers.nspawn import live, place
from serai.providers.nspawn.record import load
from serai.spec.container import Container
from serai.spec.machine import Machine

LIVE, LATER = Verdict(Effect.LIVE), Verdict(Effect.RESTART, "later")
MACHINE = Machine(
    name="web", container=Container(memory=1 << 26, memory_swap=1 << 27, pids=9, network_mode="none")
)


@pytest.fixture
def written(monkeypatch):
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(live.groups, "write", lambda name, values: found.extend(values.items()))
    monkeypatch.setattr(control_groups, "cgroups", lambda: {"memory": 1, "pids": 1})
    return found


def test_limits_are_written_in_an_order_that_the_kernel_takes_and_the_rest_waits(scope, made, living, written):
    directory = made("web")
    living("web", 1)

    live.apply(scope, MACHINE, {"container.memory": LIVE, "container.cmd": LATER})

    assert [name for name, _ in written] == [
        "memory.memsw.limit_in_bytes",
        "memory.limit_in_bytes",
        "pids.max",
    ]
    record = load(directory)
    assert record is not None
    assert record.pending == {"container.cmd": "later"}


def test_where_systemd_has_the_group_it_is_asked(monkeypatch, tmp_path, written):
    calls: list[list[str]] = []
    monkeypatch.setattr(live, "run", calls.append)
    monkeypatch.setattr(place, "BOOTED", tmp_path)

    live.limit(MACHINE, "m")

    assert calls[0][:4] == ["systemctl", "set-property", "--runtime", "systemd-nspawn@m.service"]
    assert "TasksMax=9" in calls[0]
    assert written == []


def test_the_settings_of_one_that_is_off_are_written_at_once(scope, made, written):
    made("web")

    live.apply(scope, MACHINE, {"container.cmd": LIVE}, Materials())

    assert place.settings_of("serai-t1-web").exists()
    assert written == []
