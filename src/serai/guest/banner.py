"""Does an SSH server speak at a port? Asked by plain sockets, many times, cheaply.

QEMU's user network takes a connection to a forwarded port at once, though the guest may not be there yet, and
asks the guest for it with pauses that double (slirp's TCP timers, from 6 s on). So one attempt alone learns of
the guest too late, and attempts that are given up soon never see the banner of a slow guest: several are kept,
their ages spread like powers of two.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from contextlib import suppress
from enum import StrEnum

KEPT = 4
"""Attempts held at once; dropbear takes 5 of one address that have not logged in (MAX_UNAUTH_PER_IP)."""
FIRST_GAP, MOST_GAP, PATIENT_GAP, GROWTH = 0.25, 0.5, 2.0, 1.5
"""Seconds between two attempts; patient ones are for a guest whose console tells when to hurry.

slirp keeps every attempt for the guest, also those that were closed here, and its SSH server forks for each.
"""
SLOW_AFTER, SLOWNESS = 30.0, 1 / 32
"""Seconds, and the part of the time beyond them that the gap grows to: a guest that takes long is slow at each
thing that it does, and a server for each attempt would take from it what it needs to answer one of them."""
HURRIED_GAP, CLOSED_GAP, SERVED_GAP = 0.25, 0.1, 1.0
"""The same after news, at a guest that refuses, and while one attempt is being served: a server forks for each."""
GIVEN_UP = 5.0
"""Seconds. A guest that answers closes a connection sooner; a forward that gives up on it later (slirp: 75)."""
GREETED_AFTER = 1.0
"""Seconds after which a silent server is greeted: passt of 2023 passes nothing on before the client has spoken."""
GREETING = b"SSH-2.0-serai\r\n"
"""RFC 4253, 4.2: both sides may send their identification at once."""
PREFIX = b"SSH-"
"""Source: RFC 4253, 4.2; a server may send other lines before it."""


class Seen(StrEnum):
    """What the port looks like now; `SPEAKS` is the end of the wait."""

    NOTHING = "nothing"
    REFUSED = "refused"  # nobody listens on our side
    CLOSED = "closed"  # taken, then closed without a word: the guest answers, its port is closed
    HELD = "held"  # taken, and nobody says anything
    SILENT = "silent"  # not even taken
    SPEAKS = "speaks"


class Attempt:
    """One connection."""

    __slots__ = ("connected", "greeted", "heard", "socket", "started")

    def __init__(self, connection: socket.socket, started: float) -> None:
        self.socket = connection
        self.started = started
        self.connected = False
        self.greeted = False
        self.heard = b""


class Banner:
    """Attempts at one address. Use `wait` again and again until `seen` is SPEAKS, then `close`."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.seen = Seen.NOTHING
        self._attempts: list[Attempt] = []
        self._selector = selectors.DefaultSelector()
        self.most = MOST_GAP
        self._began = time.monotonic()
        self._tried = 0.0
        self._gap = FIRST_GAP
        self._next = 0.0
        self._answered = 0.0  # when the guest itself first closed an attempt: from then on it is there

    def wait(self, seconds: float) -> Seen:
        """Spend up to `seconds`; returns at once when a server speaks."""
        deadline = time.monotonic() + seconds
        while self.seen is not Seen.SPEAKS:
            now = time.monotonic()
            if now >= self._next:
                self._try(now)
            self._greet(now)
            if now >= deadline:
                break
            for key, _ in self._selector.select(max(0.0, min(deadline, self._next) - now)):
                self._event(key.data)
        return self.seen

    def hurry(self) -> None:
        """Something happened in the guest: try at once, and soon again; one that is slow tells much meanwhile."""
        slow = self._slow(time.monotonic())
        self._gap = max(HURRIED_GAP, slow)
        self._next = min(self._next, self._tried + slow)

    def close(self) -> None:
        for attempt in list(self._attempts):
            self._drop(attempt)
        self._selector.close()

    def _try(self, now: float) -> None:
        self._tried = now
        self._pace(now)
        if len(self._attempts) >= KEPT:
            self._drop(self._attempts[self._crowded(now)])
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        code = connection.connect_ex((self.host, self.port))
        if code not in (0, errno.EINPROGRESS):
            connection.close()
            self._note(Seen.REFUSED if code == errno.ECONNREFUSED else Seen.SILENT)
            return
        attempt = Attempt(connection, now)
        self._attempts.append(attempt)
        self._selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE, attempt)

    def _greet(self, now: float) -> None:
        """Speak first to servers that were silent for a while."""
        for attempt in self._attempts:
            if attempt.connected and not attempt.greeted and now - attempt.started >= GREETED_AFTER:
                attempt.greeted = True
                with suppress(OSError):  # its end is seen when it is read
                    attempt.socket.send(GREETING)

    def _pace(self, now: float) -> None:
        """When to try again."""
        if self._answered:
            served = any(attempt.started > self._answered for attempt in self._attempts)
            self._gap = max(SERVED_GAP, self._slow(now)) if served else CLOSED_GAP
        elif self.seen is Seen.REFUSED:
            self._gap = CLOSED_GAP
        self._next = now + self._gap
        self._gap = max(self._slow(now), min(self.most, self._gap * GROWTH))

    def _slow(self, now: float) -> float:
        """The least gap by now: none at first."""
        return max(0.0, now - self._began - SLOW_AFTER) * SLOWNESS

    def _crowded(self, now: float) -> int:
        """Which attempt to give up so that the ages left are spread best: neither the oldest nor the newest."""
        ages = [now - attempt.started + self._gap for attempt in self._attempts]
        return min(
            range(1, len(ages)), key=lambda i: ages[i - 1] / (ages[i + 1] if i + 1 < len(ages) else self._gap)
        )

    def _event(self, attempt: Attempt) -> None:
        if not attempt.connected:
            code = attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                self._end(attempt, Seen.REFUSED if code == errno.ECONNREFUSED else Seen.SILENT)
                return
            attempt.connected = True
            self._selector.modify(attempt.socket, selectors.EVENT_READ, attempt)
            if self.seen is not Seen.CLOSED:
                self._note(Seen.HELD)
        try:
            data = attempt.socket.recv(1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        attempt.heard = (attempt.heard + data)[:4096]
        if any(line.startswith(PREFIX) for line in attempt.heard.split(b"\n")):
            self.seen = Seen.SPEAKS
        elif not data:
            soon = time.monotonic() - attempt.started < GIVEN_UP
            self._end(attempt, Seen.CLOSED if soon else Seen.HELD)
            if soon and not self._answered:
                self._answered = time.monotonic()

    def _end(self, attempt: Attempt, seen: Seen) -> None:
        self._drop(attempt)
        self._note(seen)

    def _note(self, seen: Seen) -> None:
        if self.seen is not Seen.SPEAKS:
            self.seen = seen

    def _drop(self, attempt: Attempt) -> None:
        self._attempts.remove(attempt)
        with suppress(KeyError):
            self._selector.unregister(attempt.socket)
        attempt.socket.close()
