"""The way to another host: the system's ssh with the user's own configuration, over one shared connection."""

from __future__ import annotations

import re
from shlex import quote

from serai.guest.refusal import Cause, refusal
from serai.guest.stream import stream
from serai.host.reach.remote import Explain, Remote, start
from serai.host.reach.wire import Lost
from serai.util.destination import CONNECT_SECONDS, NO_ROOT, Destination, become, control, options
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.paths import runtime
from serai.util.process import which

_SUDO = re.compile(r"(sudo|doas): .*(password|authentication|askpass)|sudo: .*terminal", re.IGNORECASE)
_NOT_ALLOWED = re.compile(
    r"is not in the sudoers file|not allowed to|(doas|sudo): .*(not permitted|not enabled)", re.I
)


def reach(text: str, *, root: bool) -> Remote:
    """The host that `text` names; with `root` as root, by sudo or doas where another user logs in.

    Raises SeraiError: Code.INPUT, Code.NETWORK with the cause, Code.REFUSED where root is not to be had.
    """
    to = Destination(text)
    private_dir(runtime())
    return start(to.name, argv(to, root=root), explained(to))


def argv(to: Destination, *, root: bool) -> list[str]:
    """Gives /bin/sh on the other side."""
    shell = become() if root else "exec /bin/sh"
    return [*options(to), *to.words, f"exec /bin/sh -c {quote(shell)}"]


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
