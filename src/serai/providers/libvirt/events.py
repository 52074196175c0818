"""Waiting on a domain by libvirt's events: one loop thread a process, and looks that happen only when it stirs.

The loop must be there before a connection is opened, or that connection has no events: `start` is called first.
Callbacks run in the loop's thread and only wake who waits; nobody talks to the daemon from there.
Source: libvirt-host.h, virEventRegisterDefaultImpl; libvirt-domain.h, virConnectDomainEventRegisterAny.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from typing import Any, TypeVar

from serai.util.errors import Code, SeraiError

T = TypeVar("T")

LOST_AFTER = 5.0
"""Seconds of silence after which it is asked whether the daemon is still there, and the domain is looked at: a
daemon that was killed tells nobody."""


class Event(StrEnum):
    """What may happen to a domain; the values are libvirt's names of the events."""

    LIFECYCLE = "LIFECYCLE"
    REBOOT = "REBOOT"
    AGENT = "AGENT_LIFECYCLE"
    DEVICE_ADDED = "DEVICE_ADDED"
    DEVICE_REMOVED = "DEVICE_REMOVED"
    REMOVAL_FAILED = "DEVICE_REMOVAL_FAILED"
    BLOCK_JOB = "BLOCK_JOB_2"
    BALLOON = "BALLOON_CHANGE"
    MEMORY_DEVICE = "MEMORY_DEVICE_SIZE_CHANGE"
    JOB_COMPLETED = "JOB_COMPLETED"


_started = threading.Lock()
_loop: threading.Thread | None = None


def start() -> None:
    """Run libvirt's event loop in a thread of this process; twice does nothing. Before any connection opens."""
    global _loop
    with _started:
        if _loop is not None and _loop.is_alive():
            return
        libvirt = import_module("libvirt")
        libvirt.virEventRegisterDefaultImpl()
        _loop = threading.Thread(target=_run, args=(libvirt,), name="libvirt events", daemon=True)
        _loop.start()


def _run(libvirt: Any) -> None:
    while True:
        libvirt.virEventRunDefaultImpl()


@contextmanager
def watching(conn: Any, uuid: str, events: Collection[Event] = (Event.LIFECYCLE,)) -> Iterator[threading.Event]:
    """A flag that is raised whenever one of the events happens to the domain."""
    libvirt = import_module("libvirt")
    domain = conn.lookupByUUIDString(uuid)
    stirred = threading.Event()

    def wake(*_: Any) -> None:
        stirred.set()

    numbers: list[int] = []
    try:
        for event in events:
            number = getattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{event.value}")
            numbers.append(conn.domainEventRegisterAny(domain, number, wake, None))
        yield stirred
    finally:
        for number in numbers:
            _forget(libvirt, conn, number)


def _forget(libvirt: Any, conn: Any, number: int) -> None:
    try:
        conn.domainEventDeregisterAny(number)
    except libvirt.libvirtError:
        return  # the connection is gone, and its callbacks with it


def wait_for(
    conn: Any,
    uuid: str,
    look: Callable[[Any], T | None],
    budget: float | None,
    *,
    events: Collection[Event] = (Event.LIFECYCLE,),
) -> T | None:
    """Look at the domain now and after each event, until `look` gives something; None when `budget` seconds end.

    `look` is called with the domain, in the caller's thread, at least once. Raises Code.NETWORK when the daemon
    hangs up, and what `look` raises: a domain that has vanished is libvirt.libvirtError there.
    """
    with watching(conn, uuid, events) as stirred:
        return wait(conn, conn.lookupByUUIDString(uuid), look, budget, stirred)


def wait(
    conn: Any, domain: Any, look: Callable[[Any], T | None], budget: float | None, stirred: threading.Event
) -> T | None:
    """As `wait_for`, with a flag of `watching`: for who must act after it began to watch."""
    deadline = None if budget is None else time.monotonic() + budget
    while True:
        stirred.clear()
        if (found := look(domain)) is not None:
            return found
        left = LOST_AFTER if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return None
        if not stirred.wait(min(left, LOST_AFTER)):
            _check_alive(conn)


def paced(budget: float) -> Iterator[None]:
    """For what sends no event: now, after 50 ms, and then ever less often until `budget` seconds are over."""
    deadline, pause, never = time.monotonic() + budget, 0.05, threading.Event()
    yield
    while (left := deadline - time.monotonic()) > 0:
        never.wait(min(pause, left))
        pause = min(1.0, pause * 1.3)
        yield


def _check_alive(conn: Any) -> None:
    if not conn.isAlive():
        raise SeraiError(
            Code.NETWORK, f"libvirt at {conn.getURI()} hung up", hint="is its daemon running? then run this again"
        )
