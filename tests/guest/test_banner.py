"""Asking a port for an SSH banner: what it looks like, and how soon a late one is heard."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from serai.guest import banner
from serai.guest.banner import KEPT, Banner, Seen

Serve = Callable[[Callable[[socket.socket], None]], int]


def ask(port: int, seconds: float) -> Seen:
    asked = Banner("127.0.0.1", port)
    try:
        return asked.wait(seconds)
    finally:
        asked.close()


def test_a_server_that_speaks_is_heard_at_once(serve: Serve) -> None:
    port = serve(lambda connection: connection.sendall(b"welcome\r\nSSH-2.0-x\r\n"))
    began = time.monotonic()
    assert ask(port, 30) is Seen.SPEAKS
    assert time.monotonic() - began < 10


def test_a_banner_in_pieces_is_heard(serve: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        for piece in (b"SS", b"H-2.0", b"-x\r\n"):
            connection.sendall(piece)
            threading.Event().wait(0.05)

    assert ask(serve(handle), 5) is Seen.SPEAKS


def test_a_slow_server_is_heard_by_a_connection_that_was_kept(serve: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        threading.Event().wait(2.0)
        connection.sendall(b"SSH-2.0-slow\r\n")

    assert ask(serve(handle), 30) is Seen.SPEAKS


def test_only_new_connections_are_answered_and_one_is_soon_made(serve: Serve) -> None:
    ready = time.monotonic() + 1.5

    def handle(connection: socket.socket) -> None:  # those from before are lost, as with a forward to no guest
        if time.monotonic() > ready:
            connection.sendall(b"SSH-2.0-x\r\n")

    assert ask(serve(handle), 30) is Seen.SPEAKS
    assert time.monotonic() - ready < 10


def test_what_the_port_looks_like(mute: int, serve: Serve) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert ask(probe.getsockname()[1], 0.2) is Seen.REFUSED
    assert ask(mute, 0.3) is Seen.HELD
    assert ask(serve(lambda connection: connection.close()), 0.3) is Seen.CLOSED


def test_a_forward_that_gives_up_late_does_not_count_as_a_closed_port(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banner, "GIVEN_UP", 0.2)

    def handle(connection: socket.socket) -> None:
        threading.Event().wait(0.4)
        connection.close()

    assert ask(serve(handle), 1.2) is Seen.HELD


def test_few_connections_are_held_and_their_ages_are_spread(mute: int) -> None:
    asked = Banner("127.0.0.1", mute)
    asked.wait(4)
    now = time.monotonic()
    ages = [now - attempt.started for attempt in asked._attempts]
    asked.close()
    assert len(ages) <= KEPT
    assert max(ages) > 2
    assert min(ages) < 2


def test_a_guest_that_has_taken_long_already_is_asked_more_seldom_whatever_it_tells(serve: Serve) -> None:
    asked: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        asked.append(connection)
        threading.Event().wait(30.0)

    waiting = Banner("127.0.0.1", serve(handle))
    waiting._began -= 600
    try:
        for _ in range(10):
            waiting.hurry()
            waiting.wait(0.15)
    finally:
        waiting.close()
    assert len(asked) == 1


def test_a_server_that_waits_for_the_client_is_greeted(serve: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        if connection.recv(64).startswith(b"SSH-2.0-"):
            connection.sendall(b"SSH-2.0-x\r\n")

    assert ask(serve(handle), 30) is Seen.SPEAKS
