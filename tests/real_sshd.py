"""A real sshd on loopback, for this user. Without pytest: benchmarks use it, too."""

from __future__ import annotations

import getpass
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

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
