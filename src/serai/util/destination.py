"""Another host as people name it to ssh, and ssh's words for it: the user's configuration, one connection."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.paths import runtime
from serai.util.process import which

SCHEME = "ssh://"
PERSIST_SECONDS = 60
CONNECT_SECONDS = 15
ALIVE = ("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4")
"""After a minute without a sign of life the connection counts as lost."""
NO_ROOT = "serai: neither sudo nor doas is there"
_WORD = re.compile(r"[^\s\x00-\x1f/-][^\s\x00-\x1f/]*")


class Destination:
    """`user@server`, `ssh://user@server:port`, or a name of ~/.ssh/config."""

    def __init__(self, text: str, what: str = "--host") -> None:
        """`what` states it. Raises SeraiError (Code.INPUT)."""
        rest = text.removeprefix(SCHEME).rstrip("/")
        self.port = ""
        if text.startswith(SCHEME) and (found := re.fullmatch(r"(.*?[^:\]]|.*\]):(\d+)", rest)):
            rest, self.port = found[1], found[2]
        user, at, host = rest.rpartition("@")
        if not _WORD.fullmatch(rest) or not host or (at and not user) or host.startswith("-"):
            raise SeraiError(
                Code.INPUT,
                f"{what} {text}: this names no host",
                hint="user@server, ssh://user@server:port, or a name of ~/.ssh/config",
            )
        self.name = text.removeprefix(SCHEME).rstrip("/")
        bare = host.removeprefix("[").removesuffix("]") if self.port else host
        self.place = f"{user}@{bare}" if at else bare

    @property
    def words(self) -> list[str]:
        """For ssh, without its options."""
        return [*(["-p", self.port] if self.port else []), "--", self.place]


def options(to: Destination) -> list[str]:
    """ssh and its options. Host keys and logins are as ssh_config(5) and the user have it."""
    batch = [] if sys.stdin.isatty() else ["-o", "BatchMode=yes"]
    words = [which("ssh", "openssh-client"), "-T", "-o", f"ConnectTimeout={CONNECT_SECONDS}", *ALIVE, *batch]
    words += ["-o", "ControlMaster=auto", "-o", f"ControlPath={control(to)}"]
    return [*words, "-o", f"ControlPersist={PERSIST_SECONDS}"]


def become(what: str = "/bin/sh") -> str:
    """As root: one line, so that any login's shell can read it. `what` is words of a shell."""
    return (
        f'if [ "$(id -u)" = 0 ]; then exec {what}; '
        f"elif command -v sudo >/dev/null 2>&1; then exec sudo -n {what}; "
        f"elif command -v doas >/dev/null 2>&1; then exec doas -n {what}; "
        f'else echo "{NO_ROOT}" >&2; exit 126; fi'
    )


def control(to: Destination) -> Path:
    """A short name that is the same for the same host."""
    return runtime() / f"h-{sha256(repr(to.words).encode()).hexdigest()[:16]}"
