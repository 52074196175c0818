"""Stand-ins for a guest, for all tests: a real sshd on loopback, and plain sockets that behave badly."""

from __future__ import annotations

import getpass
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from serai.guest.keys import project_key
from serai.guest.ssh import SshTransport
from serai.providers.contract import SshEndpoint
from serai.util.process import run, which


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sshd:
    """An OpenSSH server for the user who runs the tests; takes the project's key."""

    def __init__(self, folder: Path, key: Path, public: str) -> None:
        self.folder = folder
        self.key = key
        self.port = free_port()
        self.extra = ""
        """Further lines of its configuration."""
        self.process: subprocess.Popen[bytes] | None = None
        self.authorized = folder / "authorized_keys"
        self.authorized.write_text(f"{public}\n")
        self.new_host_key()

    def new_host_key(self) -> None:
        for left in self.folder.glob("host_key*"):
            left.unlink()
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / "host_key"])

    def start(self) -> None:
        Path("/run/sshd").mkdir(exist_ok=True)  # its privilege separation directory
        config = self.folder / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {self.authorized}\nStrictModes no\nUsePAM no\nPidFile none\n"
            "PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n" + self.extra
        )
        log = (self.folder / "sshd.log").open("ab")
        self.process = subprocess.Popen(
            [which("sshd", "openssh-server"), "-D", "-e", "-f", str(config)], stderr=log, stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            threading.Event().wait(0.02)
        raise AssertionError(f"sshd did not start: {(self.folder / 'sshd.log').read_text()}")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def endpoint(self, **changes: object) -> SshEndpoint:
        values = {"host": "127.0.0.1", "port": self.port, "user": getpass.getuser(), "key": self.key} | changes
        return SshEndpoint(**values)  # type: ignore[arg-type]


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
