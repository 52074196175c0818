"""What ssh says, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.guest.refusal import Cause, failure, refusal
from serai.providers.contract import SshEndpoint
from serai.util.errors import Code

SAID = {
    "ssh: connect to host 127.0.0.1 port 2222: Connection refused": Cause.REFUSED,
    "ssh: connect to host 10.0.0.1 port 22: Connection timed out": Cause.TIMED_OUT,
    "ssh: connect to host 10.0.0.1 port 22: No route to host": Cause.TIMED_OUT,
    "Connection timed out during banner exchange\nConnection to 127.0.0.1 port 2222 timed out": Cause.NO_BANNER,
    "kex_exchange_identification: Connection closed by remote host\nConnection closed": Cause.NO_BANNER,
    "kex_exchange_identification: read: Connection reset by peer": Cause.NO_BANNER,
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.": Cause.HOST_KEY,
    "debian@127.0.0.1: Permission denied (publickey).": Cause.KEY_REFUSED,
    "Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures": Cause.KEY_REFUSED,
    'Load key "/k": error in libcrypto\nx@h: Permission denied (publickey).': Cause.KEY_FILE,
    "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nx@h: Permission denied (publickey).": Cause.KEY_FILE,
    "ssh: Could not resolve hostname web.example: Name or service not known": Cause.UNKNOWN_HOST,
    "client_loop: send disconnect: Broken pipe": Cause.LOST,
    "something new": Cause.OTHER,
    "": Cause.NO_BANNER,
}


@pytest.mark.parametrize(("said", "cause"), SAID.items())
def test_each_message_has_its_cause(said: str, cause: Cause) -> None:
    assert refusal(said).cause is cause


@pytest.mark.parametrize("said", SAID)
def test_each_error_names_the_machine_and_the_next_command(said: str) -> None:
    error = failure("web", SshEndpoint(host="h", port=22, user="u", key=Path("/k")), refusal(said))
    assert error.code is Code.NETWORK
    assert error.message.startswith("web: ")
    assert "web" in error.hint or "/k" in error.hint
    assert "\n" not in error.message
