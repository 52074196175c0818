"""Why a container ended, in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.docker.exits import is_port, of_start, why
from serai.util.units import MIB


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"Running": True}, ""),
        ({"ExitCode": 0}, "its command ended by itself, with exit code 0"),
        ({"ExitCode": 3}, "its command ended with exit code 3"),
        ({"ExitCode": 127}, "its command is not there (exit code 127)"),
        ({"ExitCode": 126}, "its command cannot be run (exit code 126)"),
        ({"ExitCode": 137}, "it was ended by SIGKILL (exit code 137)"),
        ({"ExitCode": 137, "OOMKilled": True}, "took too much memory (its limit is 64MiB)"),
        ({"ExitCode": 255}, "its command ended with exit code 255"),
        (
            {"ExitCode": 0, "Error": 'exec: "nginx": executable file not found in $PATH'},
            "its command nginx is not in",
        ),
        ({"Running": True, "Restarting": True, "ExitCode": 3}, "exit code 3"),
    ],
)
def test_an_end_has_a_reason(state: dict[str, Any], reason: str) -> None:
    found = why(state, 64 * MIB)

    assert reason in found
    assert bool(found) is bool(reason)


def test_what_the_engine_says_of_a_start_is_said_shorter() -> None:
    assert of_start('OCI runtime: exec: "/x": permission denied: unknown') == (
        "its command /x may not be run: permission denied"
    )
    assert of_start("something else") == "something else"


def test_a_taken_port_is_known_by_the_engine_s_words() -> None:
    assert is_port("driver failed: Bind for 0.0.0.0:80 failed: port is already allocated")
    assert not is_port("no such image")
