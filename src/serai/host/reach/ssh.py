"""The way to another host: the system's ssh with the user's own configuration, over one shared connection."""

from __future__ import annotations

import re
import sys
from hashlib import sha256
from pathlib import Path
from shlex import quote

from serai.guest.refusal import Cause, refusal
from serai.guest.stream import stream
from serai.host.reach.remote import Explain, Remote, start
from serai.host.reach.wire import Lost
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.paths import runtime
from serai.util.process import which

SCHEME = "ssh://"
PERSIST_SECONDS = 60
CONNECT_SECONDS = 15
ALIVE = ("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4")
"""After a minute without a sign of life the connection counts as lost."""
NO_ROOT = "serai: neither sudo nor doas is there"
_WORD = re.compile(r"[^\s\x00-\x1f/-][^\s\x00-\x1f/]*")
_SUDO = re.compile(r"(sudo|doas): .*(password|authentication|askpass)|sudo: .*terminal", re.IGNORECASE)
_NOT_ALLOWED = re.compile(
    r"is not in the sudoers file|not allowed to|(doas|sudo): .*(not permitted|not enabled)", re.I
)


class Destination:
    """`user@server`, `ssh://user@server:port`, or a name of ~/.ssh/config."""

    def __init__(self, text: str) -> None:
        """Raises SeraiError (Code.INPUT)."""
        rest = text.removeprefix(SCHEME).rstrip("/")
        self.port = ""
        if text.startswith(SCHEME) and (found := re.fullmatch(r"(.*?[^:\]]|.*\]):(\d+)", rest)):
            rest, self.port = found[1], found[2]
        user, at, host = rest.rpartition("@")
        if not _WORD.fullmatch(rest) or not host or (at and not user) or host.startswith("-"):
            raise SeraiError(
                Code.INPUT,
                f"--host {text}: this names no host",
                hint="user@server, ssh://user@server:port, or a name of ~/.ssh/config",
            )
        self.name = text.removeprefix(SCHEME).rstrip("/")
        bare = host.removeprefix("[").removesuffix("]") if self.port else host
        self.place = f"{user}@{bare}" if at else bare

    @property
    def words(self) -> list[str]:
        """For ssh, without its options."""
        return [*(["-p", self.port] if self.port else []), "--", self.place]


def reach(text: str, *, root: bool) -> Remote:
    """The host that `text` names; with `root` as root, by sudo or doas where another user logs in.

    Raises SeraiError: Code.INPUT, Code.NETWORK with the cause, Code.REFUSED where root is not to be had.
    """
    to = Destination(text)
    private_dir(runtime())
    return start(to.name, argv(to, root=root), explained(to))


def argv(to: Destination, *, root: bool) -> list[str]:
    """Gives /bin/sh on the other side. Host keys and logins are as ssh_config(5) and the user have it."""
    batch = [] if sys.stdin.isatty() else ["-o", "BatchMode=yes"]
    words = [which("ssh", "openssh-client"), "-T", "-o", f"ConnectTimeout={CONNECT_SECONDS}", *ALIVE, *batch]
    words += ["-o", "ControlMaster=auto", "-o", f"ControlPath={control(to)}"]
    words += ["-o", f"ControlPersist={PERSIST_SECONDS}"]
    return [*words, *to.words, f"exec /bin/sh -c {quote(_become() if root else 'exec /bin/sh')}"]


def _become() -> str:
    """One line, so that any login's shell can read it."""
    return (
        'if [ "$(id -u)" = 0 ]; then exec /bin/sh; '
        "elif command -v sudo >/dev/null 2>&1; then exec sudo -n /bin/sh; "
        "elif command -v doas >/dev/null 2>&1; then exec doas -n /bin/sh; "
        f'else echo "{NO_ROOT}" >&2; exit 126; fi'
    )


def control(to: Destination) -> Path:
    """A short name that is the same for the same host."""
    return runtime() / f"h-{sha256(repr(to.words).encode()).hexdigest()[:16]}"


def hang_up(text: str) -> None:
    """End the shared connection at once, if there is one; an idle one ends by itself after a minute."""
    to = Destination(text)
    if control(to).exists():
        stream(
            [which("ssh"), "-o", f"ControlPath={control(to)}", "-O", "exit", *to.words], timeout=CONNECT_SECONDS
        )


def explained(to: Destination) -> Explain:
    def explain(lost: Lost) -> SeraiError:
        return failure(to, lost)

    return explain


def failure(to: Destination, lost: Lost) -> SeraiError:
    """The error for a person: the host, the cause, the next command."""
    lines = [line.strip() for line in lost.said.splitlines() if line.strip()]
    if NO_ROOT in lines:
        return _no_root(to, "there is neither sudo nor doas there")
    if any(_SUDO.search(line) for line in lines):
        return _no_root(to, "sudo asks for a password there")
    if any(_NOT_ALLOWED.search(line) for line in lines):
        return _no_root(to, f"{lines[-1]}")
    refused = refusal(lost.said)
    by_hand = f"ssh {' '.join(to.words)}".replace(" -- ", " ")
    match refused.cause:
        case Cause.REFUSED:
            text, hint = "nothing listens there (connection refused)", by_hand
        case Cause.TIMED_OUT:
            text, hint = f"it does not answer ({refused.said})", by_hand
        case Cause.HOST_KEY:
            text, hint = f"its host key is not the known one, or not known: {refused.said}", f"{by_hand} shows it"
        case Cause.KEY_REFUSED | Cause.KEY_FILE:
            text, hint = (
                f"the login was refused: {refused.said}",
                f"{by_hand} must work; ssh-copy-id gives it a key",
            )
        case Cause.UNKNOWN_HOST:
            text, hint = "no host has this name", "user@server, or a name of ~/.ssh/config"
        case _:
            text = f"{lost.why} ({lines[-1]})" if lines else lost.why
            hint = "run the same command again: what was begun is finished or put back"
    return SeraiError(Code.NETWORK, f"{to.name}: {text}", hint=hint, details=lines[-6:])


def _no_root(to: Destination, why: str) -> SeraiError:
    server = to.place.rpartition("@")[2]
    return SeraiError(
        Code.REFUSED,
        f"{to.name}: changes need root, and {why}",
        hint=f"--host root@{server}, or let this user run sudo there without a password",
    )
