"""Why SSH did not let us in: what the program said, as a cause and a sentence with a way out."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from serai.providers.contract import SshEndpoint
from serai.util.errors import Code, SeraiError


class Cause(StrEnum):
    REFUSED = "refused"  # nothing listens
    TIMED_OUT = "timed out"  # no answer at all
    NO_BANNER = "no banner"  # the port is forwarded, but no SSH server speaks
    HOST_KEY = "host key changed"
    KEY_REFUSED = "key refused"
    KEY_FILE = "key file"
    UNKNOWN_HOST = "unknown host"
    LOST = "connection lost"
    OTHER = "other"


class Refusal(msgspec.Struct, frozen=True):
    """One failed attempt: `said` is ssh's own last line."""

    cause: Cause
    said: str


# In this order: a later line of ssh often only repeats an earlier one in general terms.
_PATTERNS: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    (Cause.HOST_KEY, ("HOST IDENTIFICATION HAS CHANGED", "Host key verification failed")),
    (Cause.KEY_FILE, ("UNPROTECTED PRIVATE KEY", "error in libcrypto", "invalid format", "not accessible")),
    (
        Cause.KEY_REFUSED,
        ("Permission denied (", "Too many authentication failures", "No supported authentication"),
    ),
    (
        Cause.NO_BANNER,
        ("banner exchange", "kex_exchange_identification", "Connection reset by", "closed by remote"),
    ),
    (Cause.REFUSED, ("Connection refused",)),
    (Cause.TIMED_OUT, ("timed out", "No route to host", "is unreachable")),
    (Cause.UNKNOWN_HOST, ("Could not resolve hostname",)),
    (Cause.LOST, ("Connection closed", "Broken pipe", "Connection to")),
)


def refusal(stderr: str) -> Refusal:
    """What ssh's messages mean. Source: OpenSSH 9.2, sshconnect.c, sshconnect2.c, packet.c."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for cause, marks in _PATTERNS:
        for line in reversed(lines):
            if any(mark in line for mark in marks):
                return Refusal(cause, line)
    if not lines:  # OpenSSH 10 says nothing when a server hangs up before its banner
        return Refusal(Cause.NO_BANNER, "ssh ended without a message")
    return Refusal(Cause.OTHER, lines[-1])


def failure(name: str, endpoint: SshEndpoint, refused: Refusal) -> SeraiError:
    """The error for a person: the machine, the cause, the next command."""
    place = f"{endpoint.host} port {endpoint.port}"
    console, logs = f"serai console {name}", f"serai logs {name}"
    match refused.cause:
        case Cause.REFUSED:
            text, hint = f"nothing listens at {place} (connection refused)", f"serai status {name}; {logs}"
        case Cause.TIMED_OUT:
            text, hint = f"{place} does not answer ({refused.said})", f"{console}: has the guest a network?"
        case Cause.NO_BANNER:
            text = f"{place} takes connections, but no SSH server speaks there"
            hint = f"{logs}, or {console}: does the guest run, and an SSH server in it?"
        case Cause.HOST_KEY:
            text = f"the guest at {place} shows another host key than before"
            known = endpoint.options.get("UserKnownHostsFile", "")
            hint = f"if it was made anew, remove its old key: {known}" if known else f"{console}: is it the guest?"
        case Cause.KEY_REFUSED:
            key = f"the key {endpoint.key}" if endpoint.key else "none of your keys"
            verb = "is not accepted" if endpoint.key else "is accepted"
            text = f"{key} {verb} for the user {endpoint.user} at {place}"
            hint = f"{console}: is there a user {endpoint.user}, with this key? `user` and `ssh.key` name others"
        case Cause.KEY_FILE:
            text, hint = f"the key {endpoint.key} cannot be used: {refused.said}", f"ls -l {endpoint.key}"
        case Cause.UNKNOWN_HOST:
            text, hint = f"the host {endpoint.host} has no address", f"serai status {name}"
        case Cause.LOST:
            text, hint = f"the connection to {place} was lost ({refused.said})", f"serai status {name}; {logs}"
        case Cause.OTHER:
            text, hint = f"ssh to {place} failed: {refused.said}", f"{logs}, or {console}"
    return SeraiError(Code.NETWORK, f"{name}: {text}", hint=hint)
