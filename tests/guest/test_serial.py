"""The console: both ways, the escape key, and what ends it."""

from __future__ import annotations

import os
import pty
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.guest.serial import attach, opened, raw
from serai.util.errors import Code, SeraiError


@pytest.fixture
def machine() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The machine's end of its console, and ours."""
    theirs, ours = socket.socketpair()
    with theirs, ours:
        yield theirs, ours


def joined(ours: socket.socket, typed: bytes) -> tuple[str, bytes]:
    """What ends it, and what was on the screen, when these keys are typed and no more."""
    keys, hand = os.pipe()
    shown, screen = os.pipe()
    os.write(hand, typed)
    os.close(hand)
    end = attach(ours, keys, screen)
    os.close(screen)
    with os.fdopen(shown, "rb") as file:
        text = file.read()
    os.close(keys)
    return end, text


def test_keys_go_in_and_the_escape_key_detaches(machine: tuple[socket.socket, socket.socket]) -> None:
    theirs, ours = machine
    theirs.sendall(b"login: ")
    assert joined(ours, b"root\r\x1dnot sent") == ("detached", b"login: ")
    assert theirs.recv(100) == b"root\r"


def test_the_end_of_the_machine_or_of_the_keys_ends_it(machine: tuple[socket.socket, socket.socket]) -> None:
    theirs, ours = machine
    assert joined(ours, b"x")[0] == "end of input"
    theirs.close()
    assert joined(ours, b"")[0] == "closed"


def test_a_long_path_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)
        try:
            server.bind("console.sock")
        finally:
            os.chdir(here)
        server.listen()
        threading.Thread(target=lambda: server.accept()[0].sendall(b"hi"), daemon=True).start()
        with opened(folder / "console.sock", "web") as connection:
            assert connection.recv(10) == b"hi"


def test_a_console_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as failed, opened(tmp_path / "console.sock", "web"):
        pass
    assert failed.value.code is Code.FAILED
    assert failed.value.message == "web: its console is closed"


def test_the_terminal_is_put_back(tmp_path: Path) -> None:
    import termios

    _, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    with raw(terminal):
        assert termios.tcgetattr(terminal) != before
    assert termios.tcgetattr(terminal) == before
    with raw(os.open(tmp_path, os.O_RDONLY)):
        pass
