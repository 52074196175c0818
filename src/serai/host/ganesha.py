"""A nfs-ganesha of one project's own: the NFS server where the kernel has none. It listens where guests come."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from serai.host.exported import Export, ganesha
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.process import run, which

PROGRAM = "ganesha.nfsd"
START_SECONDS, END_SECONDS = 30, 20


class Ganesha:
    """Its files are in `place`: configuration, log, pid."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.config = place / "ganesha.conf"
        self.log = place / "ganesha.log"
        self._pid = place / "ganesha.pid"
        self._port = place / "port"

    def export(self, exports: Sequence[Export], address: str) -> int:
        """Have it export these; its port. Raises Code.FAILED where it does not start, with what it said."""
        private_dir(self.place)
        port = self._its_port(address)
        text = ganesha(exports, port=port, address=address, place=str(self.place))
        before = self.config.read_text() if self.config.exists() else ""
        write_atomic(self.config, text)
        if (pid := self.pid()) is not None:
            if before.partition("EXPORT {")[0] == text.partition("EXPORT {")[0]:
                if before != text:
                    os.kill(pid, signal.SIGHUP)  # it reads its exports again, and them alone
                return port
            _end(pid)
        words = ["-f", str(self.config), "-L", str(self.log), "-p", str(self._pid), "-N", "NIV_EVENT"]
        done = run([which(PROGRAM, "nfs-ganesha"), *words], check=False, timeout=60)
        if not done.ok or not self._listens(address, port):
            lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
            cause = lines[-1] if lines else f"exit code {done.code}"
            raise SeraiError(Code.FAILED, f"nfs-ganesha does not start: {cause}", hint=f"its log is {self.log}")
        return port

    def _listens(self, address: str, port: int) -> bool:
        """It goes to the background before it listens."""
        from serai.host.changes.running import waited
        from serai.host.reach.local import Local

        def answers() -> bool:
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
                return probe.connect_ex((address, port)) == 0

        return waited(Local(), answers, START_SECONDS)

    def end(self) -> None:
        """End it, and remove its files."""
        if (pid := self.pid()) is not None:
            _end(pid)
        from serai.util.files import remove_tree

        remove_tree(self.place)

    def pid(self) -> int | None:
        """Of the one that runs with this configuration."""
        try:
            pid = int(self._pid.read_text().strip())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.config) in words else None

    def _its_port(self, address: str) -> int:
        """The one that it has had, else a free one: guests have it mounted by that."""
        try:
            return int(self._port.read_text())
        except (OSError, ValueError):
            pass
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.bind((address, 0))
            port = int(probe.getsockname()[1])
        write_atomic(self._port, str(port))
        return port


def _end(pid: int) -> None:
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        if not select.select([handle], [], [], END_SECONDS)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], END_SECONDS)
    finally:
        os.close(handle)
