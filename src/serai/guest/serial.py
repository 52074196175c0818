"""The serial console: a terminal joined to the machine's socket, until a key or the machine ends it."""

from __future__ import annotations

import os
import select
import socket
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from serai.util.errors import Code, SeraiError

ESCAPE = 0x1D
"""Ctrl-]: what telnet and virsh use."""


@contextmanager
def opened(path: Path, name: str) -> Iterator[socket.socket]:
    """A connection to the console. Raises Code.FAILED when the machine has none, Code.BUSY when it is taken."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # By way of the directory's handle: an AF_UNIX name ends at 107 bytes, a path need not.
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            connection.settimeout(5)
            connection.connect(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
        connection.settimeout(None)
        yield connection
    except TimeoutError as error:
        raise SeraiError(
            Code.BUSY, f"{name}: somebody else is attached to its console", hint="detach there"
        ) from error
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise SeraiError(Code.FAILED, f"{name}: its console is closed", hint=f"serai status {name}") from error
    finally:
        connection.close()


@contextmanager
def raw(terminal: int) -> Iterator[None]:
    """The terminal hands on every key, and is put back as it was; what is no terminal is left alone."""
    if not os.isatty(terminal):
        yield
        return
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def attach(connection: socket.socket, keys: int, screen: int) -> str:
    """Copy both ways; gives why it ended: `detached` (Ctrl-]), `end of input`, or `closed` by the machine."""
    while True:
        ready, _, _ = select.select([keys, connection.fileno()], [], [])
        if connection.fileno() in ready:
            data = b""
            with suppress(ConnectionResetError):
                data = connection.recv(65536)
            if not data:
                return "closed"
            write(screen, data)
        if keys in ready:
            typed = os.read(keys, 4096)
            before, escape, _ = typed.partition(bytes([ESCAPE]))
            if before:
                connection.sendall(before)
            if escape:
                return "detached"
            if not typed:
                return "end of input"


def write(screen: int, data: bytes) -> None:
    """All of it."""
    while data:
        data = data[os.write(screen, data) :]
