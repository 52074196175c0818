"""Which thread may run where (CPU-2); done for real in tests/e2e/test_qemu_tuning.py."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from serai.providers.qemu import pinning
from serai.providers.qemu.pinning import Threads, places
from serai.spec.cpu import Pin, Scheduler
from serai.util.errors import Code, SeraiError

THREADS = Threads(cpus={0: 100, 1: 101}, iothreads={1: 200}, others=(300, 301))
FREE = frozenset({0, 1, 2, 3})


@pytest.mark.parametrize(
    ("pin", "changed"),
    [
        (Pin(cpus="2-3"), {100: {2}, 101: {3}}),
        (Pin(cpus="3,2"), {100: {3}, 101: {2}}),
        (Pin(each={"1": "0,2"}), {101: {0, 2}}),
        (Pin(emulator="0"), {300: {0}, 301: {0}}),
        (Pin(iothreads={"1": "0-1"}), {200: {0, 1}}),
        (Pin(), {}),
    ],
)
def test_a_thread_is_pinned_or_free(pin: Pin, changed: dict[int, set[int]]) -> None:
    free = dict.fromkeys((100, 101, 200, 300, 301), FREE)
    assert places(pin, THREADS, FREE) == {**free, **changed}


class Monitor:
    """A QEMU whose virtual CPU is a thread of this process, and whose I/O thread is its first."""

    def __init__(self, thread: int) -> None:
        self.thread = thread

    def execute(self, command: str) -> list[dict[str, Any]]:
        if command == "query-cpus-fast":
            return [{"cpu-index": 0, "thread-id": self.thread}]
        return [{"id": "io1", "thread-id": os.getpid()}, {"id": "other", "thread-id": 1}]


@pytest.fixture
def thread() -> Any:
    """A thread that waits."""
    end, known = threading.Event(), threading.Event()
    ids: list[int] = []

    def wait() -> None:
        ids.append(threading.get_native_id())
        known.set()
        end.wait(30)

    running = threading.Thread(target=wait)
    running.start()
    known.wait(30)
    yield ids[0]
    end.set()
    running.join()


def test_threads_are_told_apart(thread: int) -> None:
    found = pinning.threads_of(Monitor(thread), os.getpid())  # type: ignore[arg-type]
    assert found.cpus == {0: thread}
    assert found.iothreads == {1: os.getpid()}
    assert not {thread, os.getpid()} & set(found.others)


def test_cpus_that_are_not_there_are_named(thread: int) -> None:
    with pytest.raises(SeraiError, match="CPUs \\[4000\\]"):
        pinning.apply(Monitor(thread), os.getpid(), Pin(each={"0": "4000"}), who="web")  # type: ignore[arg-type]


def test_a_scheduler_is_set_and_taken_back(thread: int) -> None:
    monitor: Any = Monitor(thread)
    pinning.apply(monitor, os.getpid(), Pin(scheduler=Scheduler.BATCH), who="web")
    assert os.sched_getscheduler(thread) == os.SCHED_BATCH
    pinning.apply(monitor, os.getpid(), Pin(), who="web")
    assert os.sched_getscheduler(thread) == os.SCHED_BATCH
    pinning.apply(monitor, os.getpid(), Pin(), who="web", again=True)
    assert os.sched_getscheduler(thread) == os.SCHED_OTHER


def test_real_time_without_the_right_is_refused(thread: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_words: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refused)
    with pytest.raises(SeraiError) as failed:
        pinning.apply(Monitor(thread), os.getpid(), Pin(scheduler=Scheduler.FIFO), who="web")  # type: ignore[arg-type]
    assert failed.value.code is Code.REFUSED
