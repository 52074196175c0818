"""Stand-ins for a guest, for all tests: a real sshd on loopback, and plain sockets that behave badly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from real_sshd import Sshd
from serai.guest.keys import project_key
from serai.guest.ssh import SshTransport


@pytest.fixture
def sshd(tmp_path: Path, home: Path) -> Iterator[Sshd]:
    """A running one."""
    key, public = project_key(tmp_path / "project")
    folder = tmp_path / "sshd"
    folder.mkdir()
    server = Sshd(folder, key, public)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def web(sshd: Sshd) -> Iterator[SshTransport]:
    """The way into the machine `web`, which is that sshd."""
    transport = SshTransport(sshd.endpoint(), "web")
    yield transport
    transport.close()


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of a server that takes connections and never says a word, as QEMU's port forwards do."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Starts a server that handles each connection by a function; gives its port."""
    servers: list[socket.socket] = []

    def start(handle: Callable[[socket.socket], None]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def loop() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=speak, args=(connection,), daemon=True).start()

        def speak(connection: socket.socket) -> None:
            with suppress(OSError):  # the other side may go when it has heard enough
                handle(connection)

        threading.Thread(target=loop, daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
