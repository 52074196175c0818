"""Memory saved and loaded: on the real QEMU, and what happens when it is refused or fails half-way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from bare_metal import WEB, state, up
from monitor import Monitor, refusal
from serai.providers.contract import Effect, Materials, State, Verdict
from serai.providers.qemu import launch, memory
from serai.providers.qemu.driver import Qemu
from serai.spec.cpu import Cpu
from serai.spec.memory import Memory
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB

LIVE = Verdict(Effect.LIVE)

PAUSED = {"query-status": {"status": "postmigrate"}}


def became(status: str) -> dict[str, Any]:
    return {"event": "MIGRATION", "data": {"status": status}}


def save(monitor: Monitor, target: Path, *, migrate_file: bool = True) -> None:
    memory.save(monitor, target, who="web", migrate_file=migrate_file)  # type: ignore[arg-type]


def test_only_a_whole_file_gets_the_name(tmp_path: Path) -> None:
    monitor = Monitor(PAUSED, [became("setup"), became("active"), became("completed")])
    save(monitor, tmp_path / "memory")
    assert [file.name for file in tmp_path.iterdir()] == ["memory"]
    assert monitor.asked("migrate") == [{"uri": f"file:{tmp_path}/memory.new"}]


def test_an_older_qemu_is_handed_the_open_file(tmp_path: Path) -> None:
    monitor = Monitor(PAUSED, [became("completed")])
    save(monitor, tmp_path / "memory", migrate_file=False)
    assert monitor.asked("getfd") == [{"fdname": "memory"}]
    assert monitor.asked("migrate") == [{"uri": "fd:memory"}]


def test_it_ends_only_when_qemu_takes_cont_again(tmp_path: Path) -> None:
    """The event `completed` comes a moment too early: `cont` was refused then."""
    states = iter(["finish-migrate", "finish-migrate", "postmigrate"])
    monitor = Monitor({"query-status": lambda _: {"status": next(states)}}, [became("completed")])
    save(monitor, tmp_path / "memory")
    assert list(states) == []


def test_a_save_that_nobody_waits_for_is_ended() -> None:
    found = iter([{"status": "active"}, {"status": "cancelling"}, {"status": "cancelled"}])
    monitor = Monitor({"query-migrate": lambda _: next(found), "query-status": {"status": "paused"}})
    memory.abandon(monitor, who="web")  # type: ignore[arg-type]
    assert len(monitor.asked("migrate_cancel")) == 2


@pytest.mark.parametrize("found", [{}, {"status": "completed"}, {"status": "failed"}])
def test_one_that_has_ended_is_left_alone(found: dict[str, Any]) -> None:
    monitor = Monitor({"query-migrate": found, "query-status": {"status": "running"}})
    memory.abandon(monitor, who="web")  # type: ignore[arg-type]
    assert monitor.asked("migrate_cancel") == []


def test_a_failed_save_tells_qemus_reason_and_leaves_no_file(tmp_path: Path) -> None:
    answers = {"query-migrate": {"error-desc": "No space left on device"}}
    with pytest.raises(SeraiError, match="saving its memory: No space left on device"):
        save(Monitor(answers, [became("active"), became("failed")]), tmp_path / "memory")
    assert list(tmp_path.iterdir()) == []


def test_one_that_never_ends_is_a_timeout(tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as caught:
        save(Monitor(events=[became("active")]), tmp_path / "memory")
    assert caught.value.code is Code.TIMEOUT
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("reason", "hint"),
    [("Migration is disabled when VirtFS export path '/srv' is mounted", "unmount the 9p folder"), ("busy", "")],
)
def test_a_device_that_forbids_it_is_said_with_the_way_out(tmp_path: Path, reason: str, hint: str) -> None:
    with pytest.raises(SeraiError) as caught:
        save(Monitor({"migrate": refusal("migrate", reason)}), tmp_path / "memory")
    assert caught.value.code is Code.UNSUPPORTED
    assert reason in caught.value.message and caught.value.hint.startswith(hint)
    assert bool(caught.value.hint) == bool(hint)


def test_a_saved_memory_that_is_gone_is_said_before_qemu_is_asked(tmp_path: Path) -> None:
    monitor = Monitor()
    with pytest.raises(SeraiError) as caught:
        memory.load(monitor, tmp_path / "memory", who="web", migrate_file=True)  # type: ignore[arg-type]
    assert caught.value.code is Code.CORRUPT
    assert monitor.said == []


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_loaded_is_announced_where_that_is_wanted(tmp_path: Path, announced: bool) -> None:
    (tmp_path / "memory").write_bytes(b"")
    monitor, meanwhile = Monitor({}, [became("active"), became("completed")]), []
    memory.load(
        monitor,  # type: ignore[arg-type]
        tmp_path / "memory",
        who="web",
        migrate_file=True,
        announced=announced,
        meanwhile=lambda: meanwhile.append(list(monitor.asked("migrate-incoming"))),
    )
    assert monitor.asked("migrate-set-parameters") == ([] if announced else [{"announce-rounds": 0}])
    assert meanwhile == [[{"uri": f"file:{tmp_path}/memory"}]]


@pytest.mark.engine
def test_what_was_plugged_survives_suspend_to_disk(qemu: Qemu) -> None:
    up(qemu)
    changed = msgspec.structs.replace(WEB, cpu=Cpu(count=2, max=2), memory=Memory(size=256 * MIB, max=1 * GIB))
    qemu.apply(changed, {"cpu.count": LIVE, "memory.size": LIVE})
    qemu.suspend("web", to_disk=True)
    qemu.suspend("web", to_disk=True)
    seen = qemu.observe()["web"]
    assert (seen.state, seen.pid) == (State.SUSPENDED, 0)
    qemu.start(changed, Materials())
    assert state(qemu) is State.RUNNING
    with launch.connect(qemu.directory("web"), "web") as qmp:
        assert len(qmp.execute("query-cpus-fast")) == 2
    assert not (qemu.directory("web") / "suspend").exists()
