"""CPUs of the host for the threads of a running QEMU: virtual CPUs, I/O threads, and the rest (CPU-2)."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from serai.providers.qemu.qmp import Qmp
from serai.spec.cpu import Pin, Scheduler
from serai.util.cpuset import numbers
from serai.util.errors import Code, SeraiError

SCHEDULERS = {
    Scheduler.FIFO: os.SCHED_FIFO,
    Scheduler.RR: os.SCHED_RR,
    Scheduler.BATCH: os.SCHED_BATCH,
    Scheduler.IDLE: os.SCHED_IDLE,
}
REAL_TIME = (Scheduler.FIFO, Scheduler.RR)


class Threads(msgspec.Struct, frozen=True):
    """The threads of one QEMU, by what they do."""

    cpus: dict[int, int]
    """Virtual CPU -> thread."""
    iothreads: dict[int, int]
    """I/O thread, from 1 -> thread."""
    others: tuple[int, ...]


def places(pin: Pin, threads: Threads, free: frozenset[int]) -> dict[int, frozenset[int]]:
    """Thread -> the CPUs it may run on; `free` are those of threads that are not pinned. Pure."""
    line = numbers(pin.cpus) if pin.cpus else ()
    found: dict[int, frozenset[int]] = {}
    for number, thread in threads.cpus.items():
        each = pin.each.get(str(number))
        if each is not None:
            found[thread] = frozenset(numbers(each))
        else:
            found[thread] = frozenset([line[number]]) if number < len(line) else free
    for number, thread in threads.iothreads.items():
        each = pin.iothreads.get(str(number))
        found[thread] = frozenset(numbers(each)) if each is not None else free
    rest = frozenset(numbers(pin.emulator)) if pin.emulator else free
    return found | dict.fromkeys(threads.others, rest)


def threads_of(qmp: Qmp, pid: int) -> Threads:
    """Asked of QEMU; what is neither a virtual CPU nor an I/O thread is its own."""
    cpus = {each["cpu-index"]: each["thread-id"] for each in qmp.execute("query-cpus-fast")}
    iothreads = {
        int(each["id"].removeprefix("io")): each["thread-id"]
        for each in qmp.execute("query-iothreads")
        if each["id"].removeprefix("io").isdigit()
    }
    known = {*cpus.values(), *iothreads.values()}
    every = {int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()}
    return Threads(cpus, iothreads, tuple(sorted(every - known)))


def apply(qmp: Qmp, pid: int, pin: Pin, *, who: str, again: bool = False) -> None:
    """Pin the threads as they are now. `again`: threads that were pinned before go free where they are not now.

    Raises Code.FAILED naming the CPUs, Code.REFUSED for a scheduler that needs root.
    """
    if pin == Pin() and not again:
        return
    threads = threads_of(qmp, pid)
    for thread, cpus in places(pin, threads, frozenset(os.sched_getaffinity(0))).items():
        try:
            os.sched_setaffinity(thread, cpus)
        except ProcessLookupError:
            continue  # a worker that has ended meanwhile
        except OSError as error:
            raise SeraiError(
                Code.FAILED,
                f"{who}: CPUs {sorted(cpus)} cannot be used for it: {error.strerror}",
                hint="cpu.pin: name CPUs that are online and that this process may use",
            ) from error
    _schedule(pin, threads, who, again)


def _schedule(pin: Pin, threads: Threads, who: str, again: bool) -> None:
    if pin.scheduler is None and not again:
        return
    policy = SCHEDULERS[pin.scheduler] if pin.scheduler else os.SCHED_OTHER
    priority = (pin.priority or 1) if pin.scheduler in REAL_TIME else 0
    for thread in threads.cpus.values():
        try:
            os.sched_setscheduler(thread, policy, os.sched_param(priority))
        except PermissionError as error:
            raise SeraiError(
                Code.REFUSED,
                f"{who}: scheduler {pin.scheduler} needs root",
                hint="cpu.pin.scheduler: leave it out",
            ) from error
