"""Tell a guest who it is, through a port at which it waits since before its memory was kept.

The port is the guest agent's, where no agent has it. A guest sees whether anybody is at the other end: one process
connects before the machine's memory is saved, another before it is loaded, so that the guest goes on waiting; a
machine that goes on as who it was finds nobody there, and waits no more.
Source: virtio 1.2, 5.3.6.2, VIRTIO_CONSOLE_PORT_OPEN; Linux, drivers/char/virtio_console.c; QEMU,
hw/char/virtio-serial-bus.c, virtio_serial_post_load_timer_cb.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from serai.guest import identity, records, syscalls
from serai.guest.host_keys import KINDS
from serai.guest.records import Direct
from serai.guest.transport import Transport
from serai.providers.qemu.qmp import connect_unix, readable
from serai.util.errors import SeraiError

SOCKET, PORT = "agent.sock", "org.qemu.guest_agent.0"
WAITS_BUDGET = 20.0
"""Seconds in which a guest that is ready must say that it waits."""
BUDGET = 120.0
"""Seconds in which a guest must go on: many that wake up at once on a busy host are slow."""
_ASK_KEYS = """
if [ -e /etc/dropbear/dropbear_ed25519_host_key ]; then echo keys dropbear
else for f in /etc/ssh/ssh_host_*_key; do k=${f#/etc/ssh/ssh_host_}; echo keys "${k%_key}"; done; fi
"""


class Line:
    """A connection to the port, read line by line."""

    def __init__(self, directory: Path) -> None:
        self._link = connect_unix(directory / SOCKET)
        self._heard = b""

    def say(self, what: str | bytes) -> None:
        self._link.sendall(what.encode() if isinstance(what, str) else what)

    def until(self, words: tuple[str, ...], budget: float) -> list[str] | None:
        """Its lines up to the first that begins with one of these; None: none came within `budget` seconds."""
        end = time.monotonic() + budget
        while True:
            lines = self._heard.decode(errors="replace").split("\n")[:-1]
            for number, line in enumerate(lines):
                if line.startswith(words):
                    return lines[: number + 1]
            if not readable(self._link, end - time.monotonic()):
                return None
            try:
                data = self._link.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self._heard += data

    def close(self) -> None:
        self._link.close()


class Waits(NamedTuple):
    """How a guest waits."""

    host_keys: tuple[str, ...] = ()
    """The kinds that it has; none: it cannot wait."""
    direct: Direct | None = None
    """It takes records."""


@contextmanager
def waiting(directory: Path, way: Transport, *, anew: bool, direct: bool = False) -> Iterator[Waits]:
    """A process in a guest waits to be told while this lasts; in what is saved meanwhile, it waits on.

    `anew`: as in identity.listening. `direct`: it may be one that takes records.
    """
    try:
        line = Line(directory)
    except OSError:  # it has no such port
        yield Waits()
        return
    try:
        yield _has_it_wait(line, way, anew, direct)
    finally:
        line.close()


def _has_it_wait(line: Line, way: Transport, anew: bool, may_be_direct: bool) -> Waits:
    from serai.guest.pipe import as_root

    asked = identity.waiting(PORT) + _ASK_KEYS + (records.ASK if may_be_direct else "")
    try:
        done = way.run(as_root("sh -s"), input=asked.encode(), check=False)
    except SeraiError:  # it cannot be logged in to
        return Waits()
    kinds = tuple(each.split()[1] for each in done.stdout.splitlines() if each.startswith("keys "))
    if not done.ok or not set(kinds) <= set(KINDS):
        return Waits()
    direct = records.direct_of(done.stdout.splitlines()) if may_be_direct else None
    line.say(identity.listening(anew=anew, direct=direct is not None))
    if direct is not None:
        if not line.until((identity.DIRECT,), WAITS_BUDGET):
            return Waits()
        line.say(syscalls.said(identity.WAITS))  # what is there before is the shell's
    return Waits(kinds, direct) if line.until((identity.WAITS,), WAITS_BUDGET) else Waits()


class Telling:
    """What a guest that is being woken is told: `connect` before its memory is loaded, `send` afterwards."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory, self._name = directory, name
        self.sent = False
        self._line: Line | None = None
        self._then: Callable[[], str | bytes] = str

    def connect(self) -> None:
        self._line = Line(self._directory)

    def send(self, what: str | bytes, then: Callable[[], str | bytes]) -> None:
        """`then`: what it is told when somebody has logged in."""
        assert self._line is not None
        self._line.say(what)
        self.sent, self._then = True, then
        with _lock:
            _told[self._directory] = self

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def arrived(self) -> bool:
        """Whether it has its own keys and addresses; False: it was not told. Raises Code.FAILED with its words."""
        return self._has_said(identity.ARRIVED)

    def settled(self) -> bool:
        """Whether it is itself altogether, and its disks know it: it begins with that now. Raises Code.FAILED."""
        assert self._line is not None
        with suppress(OSError):  # it has gone: what it has said until then is read
            self._line.say(self._then())
        return self._has_said(identity.ENDED)

    def _has_said(self, word: str) -> bool:
        assert self._line is not None
        lines = self._line.until((word, identity.ENDED), BUDGET)
        if lines is None:
            return False
        if lines[-1].split() not in ([identity.ARRIVED], [identity.ENDED, "0"]):
            raise identity.failed(self._name, lines[:-1])
        return True


_told: dict[Path, Telling] = {}
_lock = threading.Lock()


def told(directory: Path) -> Telling | None:
    """What this process has told the guest of a machine since it was woken."""
    with _lock:
        return _told.get(directory)


def forget(directory: Path) -> None:
    """It has answered, or never will."""
    with _lock:
        known = _told.pop(directory, None)
    if known is not None:
        known.close()
