"""The life of machines on the real QEMU. Their firmware finds nothing to boot, which costs no time."""

from __future__ import annotations

import os
import signal

import pytest

from bare_metal import WEB, state, up
from serai.providers.contract import Mark, Materials, State
from serai.providers.qemu import launch
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Phase, editing, is_alive

pytestmark = pytest.mark.engine


def test_a_machine_is_made_started_stopped_and_removed(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    assert state(qemu) is State.STOPPED
    qemu.start(WEB, Materials())
    qemu.start(WEB, Materials())
    seen = qemu.observe()["web"]
    assert (seen.state, seen.native_state) == (State.RUNNING, "running")
    assert seen.pid and seen.applied == WEB
    qemu.mark("web", {"shell": Mark("d", 1.0)}, ready=True)
    assert state(qemu) is State.READY
    assert qemu.stop("web", budget=0.2) is False  # there is no guest that could listen
    assert state(qemu) is State.STOPPED
    qemu.destroy("web")
    qemu.destroy("web")
    assert qemu.observe() == {}
    assert list(qemu.scope.home.rglob("*.qcow2")) == []


def test_what_was_just_found_ready_is_seen_paused_at_once(qemu: Qemu) -> None:
    up(qemu)
    qemu.mark("web", {}, ready=True)
    assert state(qemu) is State.READY
    qemu.suspend("web")
    assert state(qemu) is State.PAUSED


def test_a_killed_qemu_is_failed_and_starts_again(qemu: Qemu) -> None:
    up(qemu)
    pid = qemu.observe()["web"].pid
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    launch.readable(handle, 10)
    os.close(handle)
    seen = qemu.observe()["web"]
    assert seen.state is State.FAILED
    assert "killed" in seen.problem and "killed" in qemu.failure("web")
    qemu.start(WEB, Materials())
    assert state(qemu) is State.RUNNING


def test_a_half_made_directory_is_creating_and_is_replaced(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    with editing(qemu.directory("web")) as record:
        record.phase = Phase.CREATING
    (qemu.directory("web") / "litter").touch()
    assert state(qemu) is State.CREATING
    qemu.create(WEB, Materials())
    assert state(qemu) is State.STOPPED
    assert not (qemu.directory("web") / "litter").exists()


def test_a_directory_without_a_record_is_creating_and_can_be_destroyed(qemu: Qemu) -> None:
    qemu.directory("web").mkdir(parents=True)
    assert state(qemu) is State.CREATING
    qemu.destroy("web")
    assert qemu.observe() == {}


def test_a_lost_pid_file_does_not_lose_the_process(qemu: Qemu) -> None:
    up(qemu)
    (qemu.directory("web") / "qemu.pid").unlink()
    qemu.destroy("web")
    assert qemu.observe() == {}  # and the fixture finds no process


def test_a_foreign_pid_in_the_pid_file_is_never_killed(qemu: Qemu) -> None:
    up(qemu)
    (qemu.directory("web") / "qemu.pid").write_text(f"{os.getpid()}\n")
    qemu.stop("web", budget=0.1, force=True)
    assert not is_alive(qemu.directory("web"))


def test_suspend_in_memory_pauses(qemu: Qemu) -> None:
    up(qemu)
    qemu.suspend("web")
    assert state(qemu) is State.PAUSED
    qemu.resume("web")
    assert state(qemu) is State.RUNNING
