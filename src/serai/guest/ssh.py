"""Into a guest by the system's ssh, over one shared connection (ControlMaster)."""

from __future__ import annotations

import os
import re
import select
from functools import cached_property
from pathlib import Path
from shlex import quote

from serai.guest.pipe import PipeTransport
from serai.guest.refusal import Cause, Refusal, failure, refusal
from serai.guest.ssh_options import CONNECT_SECONDS, options
from serai.guest.stream import stream
from serai.guest.tcp import HANDED, connected
from serai.providers.contract import SshEndpoint
from serai.util.digest import sha256
from serai.util.errors import SeraiError
from serai.util.files import private_dir
from serai.util.paths import home, runtime
from serai.util.process import which

DIAL_SECONDS = 60.0
"""A guest under emulation may need half a minute for the key exchange alone."""
PERSIST_SECONDS = 60
NOT_YET, TRIES = ("No route to host", "during banner exchange"), 3
"""What passes by itself: a bridge that does not forward yet, a guest too busy to greet within CONNECT_SECONDS."""


class SshTransport(PipeTransport):
    """Opens its connection at first use; `close` ends it, an idle one ends by itself after a minute."""

    def __init__(self, endpoint: SshEndpoint, name: str) -> None:
        super().__init__(name, endpoint.user)
        self.endpoint = endpoint

    @cached_property
    def control(self) -> Path:
        """The socket of the shared connection."""
        return _control(self.endpoint, self.name)

    def options(self) -> list[str]:
        """Options without the shared connection: what `serai ssh-config` prints as a block."""
        return options(self.endpoint, self.name)

    def base(self, *, master: str) -> list[str]:
        """ssh and its options. The user's and the host's own configuration are not read: they could break it."""
        shared = ["-o", f"ControlPath={self.control}", "-o", f"ControlMaster={master}"]
        return [which("ssh", "openssh-client"), "-F", "none", *self.options(), *shared]

    @property
    def place(self) -> list[str]:
        return ["-p", str(self.endpoint.port), "-l", self.endpoint.user, self.endpoint.host]

    def argv(self, command: str | None = None, *, tty: bool = False) -> list[str]:
        """See Transport.argv; shares the connection, and leaves it open for a minute."""
        persist = ["-o", f"ControlPersist={PERSIST_SECONDS}"]
        words = [*self.base(master="auto"), *persist, *(["-t"] if tty else []), *self.place]
        return words if command is None else [*words, command]

    def plain(self, command: str | None = None, *, tty: bool = False) -> list[str]:
        """ssh to the address alone, by the user's own configuration: no login, no key, no shared connection."""
        words = [which("ssh", "openssh-client"), *(["-t"] if tty else []), "-p", str(self.endpoint.port)]
        return [*words, self.endpoint.host, *([] if command is None else [command])]

    def dial(self, timeout: float = DIAL_SECONDS, *, patient: bool = False) -> Refusal | None:
        """Open the shared connection; None when it is open, else why not.

        `patient`: an SSH server is there, and may take all of that time to greet: many that wake up at once do.
        One that is open already is taken: beside it, ssh would stay without a socket to end it by.
        """
        if self.alive():
            return None
        private_dir(self.control.parent)
        ssh, *others = self.base(master="yes")
        first = ["-o", f"ConnectTimeout={round(timeout)}"] if patient else []  # the first word counts
        link = connected(ssh, self.endpoint, timeout if patient else min(timeout, CONNECT_SECONDS))
        if isinstance(link, Refusal):
            return link
        talks = None if link is None else link.fileno()
        first += [] if link is None else HANDED
        master = [ssh, *first, *others, "-o", f"ControlPersist={PERSIST_SECONDS}", "-N", "-f", *self.place]
        try:
            output = stream(master, timeout=timeout, env=self._answers(), talks=talks)
        finally:
            if link is not None:
                link.close()
        if output.timed_out:
            return Refusal(Cause.TIMED_OUT, f"no login within {timeout:g} s")
        if output.code == 0 or self.alive():
            return None
        return refusal(output.stderr.decode(errors="replace"))

    def _answers(self) -> dict[str, str]:
        """Environment that answers ssh's question for the password."""
        if not self.endpoint.password:
            return {}
        from serai.guest.known_key import askpass

        return askpass(self.endpoint.password)

    def alive(self) -> bool:
        """Whether the shared connection is open."""
        if not self.control.exists():
            return False
        return stream(self._ask("check"), timeout=DIAL_SECONDS).code == 0

    def open(self) -> None:
        """Open the shared connection if it is not; Code.NETWORK with the cause when that fails.

        A host to which there is no route is tried again, which takes three seconds each time: a bridge forwards
        nothing to a port that has come up in the last four, as after a restore (IEEE 802.1D, forward delay). So is
        one that takes the connection and does not greet in time: emulated, on a busy machine.
        """
        if self.control.exists():
            return
        refused = self.dial()
        for _ in range(TRIES):
            if refused is None or not any(each in refused.said for each in NOT_YET):
                break
            refused = self.dial()
        if refused:
            raise failure(self.name, self.endpoint, refused)

    def words(self, script: str) -> list[str]:
        self.open()
        return [*self.base(master="no"), *self.place, f"exec /bin/sh -c {quote(script)}"]

    def broken(self, code: int, stderr: str) -> SeraiError | None:
        if code != 255 or self.alive():
            return None
        refused = refusal(stderr)
        if refused.cause is Cause.OTHER:
            refused = Refusal(Cause.LOST, refused.said)
        return failure(self.name, self.endpoint, refused)

    def close(self) -> None:
        """End the shared connection: nothing of it is left afterwards, no ssh and no socket."""
        if not self.control.exists():
            return
        holder = self._holder()
        try:
            stream(self._ask("exit"), timeout=CONNECT_SECONDS)
            if holder is not None:
                select.select([holder], [], [], CONNECT_SECONDS)
        finally:
            if holder is not None:
                os.close(holder)
        self.control.unlink(missing_ok=True)  # of one that was killed

    def _ask(self, request: str) -> list[str]:
        return [*self.base(master="no"), "-O", request, *self.place]

    def _holder(self) -> int | None:
        """A pidfd of the ssh that holds the connection: readable when it has ended."""
        output = stream(self._ask("check"), timeout=CONNECT_SECONDS)
        found = re.search(rb"pid=(\d+)", output.stderr + output.stdout)
        try:
            return os.pidfd_open(int(found[1])) if found else None
        except OSError:  # it ended meanwhile
            return None


def _control(endpoint: SshEndpoint, name: str) -> Path:
    """A short name that is the same for the same way in (ssh adds 17 characters to it while it binds)."""
    words = (
        name,
        endpoint.host,
        endpoint.port,
        endpoint.user,
        endpoint.key,
        home(),
        sorted(endpoint.options.items()),
    )
    return Path(runtime() / f"s-{sha256(repr(words).encode()).hexdigest()[:16]}")
