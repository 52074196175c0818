"""The local program by an agent: what stands on its streams, and what it says when the agent does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from serai.guest.agent import Call
from serai.guest.agent_program import BROKEN, SAID, Pipe, serve
from serai.util.errors import Code, SeraiError


def program(place: Path, *words: str, given: bytes | None = b"") -> subprocess.CompletedProcess[bytes]:
    argv = [sys.executable, "-m", "serai.providers.qemu.agent", str(place), "root", *words]
    return subprocess.run(argv, input=given, capture_output=True, timeout=60, check=False)


def test_its_streams_and_exit_code_are_those_of_the_command(guest_agent: Path) -> None:
    done = program(guest_agent, "sh", "-c", "cat; echo err >&2; exit 5", given=b"given\n")
    assert (done.returncode, done.stdout, done.stderr) == (5, b"given\n", b"err\n")


def test_without_words_it_says_whether_the_agent_answers(guest_agent: Path, tmp_path: Path) -> None:
    assert program(guest_agent).returncode == 0
    gone = program(tmp_path)
    assert gone.returncode == BROKEN
    assert gone.stderr.decode() == f"{SAID}QEMU has no port for a guest agent: No such file or directory\n"


def test_lines_go_in_while_the_command_runs(guest_agent: Path) -> None:
    argv = [sys.executable, "-m", "serai.providers.qemu.agent", str(guest_agent), "root"]
    script = "while read line; do echo got $line; done"
    with subprocess.Popen([*argv, "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as talk:
        assert talk.stdin is not None and talk.stdout is not None
        for word in (b"one", b"two"):
            talk.stdin.write(word + b"\n")
            talk.stdin.flush()
            assert talk.stdout.readline() == b"got " + word + b"\n"
        talk.stdin.close()
    assert talk.returncode == 0


def test_an_error_on_the_way_is_one_line_and_an_exit_code_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    @contextmanager
    def silent() -> Iterator[Call]:
        def call(name: str, **_: Any) -> Any:
            raise SeraiError(Code.NETWORK, "the guest's agent does not answer")

        yield call

    assert serve(silent, "root", []) == BROKEN
    assert capfd.readouterr().err == f"{SAID}the guest's agent does not answer\n"


def test_a_pipe_that_has_all_at_once_is_known_to_have_ended() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    pipe = Pipe(reading)
    assert pipe.head(10) == b"abc" and not pipe.ended
    assert pipe.take(10) == b""
    os.close(writing)
    assert pipe.take(10) == b"" and pipe.ended
    os.close(reading)
