"""Into a container by its engine's socket: streams, exit codes, a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from dockerd import Dockerd
from person import Serai
from serai.providers.docker.bridge import BROKEN, Frames, main

SLEEPER = "project: shop\nmachines: {web: {provider: docker, image: small:1, container: {cmd: sleep 1000}}}\n"


def test_pieces_of_a_stream_go_where_they_belong(capfd: pytest.CaptureFixture[str]) -> None:
    frames = Frames()
    whole = b"\x01\0\0\0\0\0\0\x03out\x02\0\0\0\0\0\0\x03err"

    for byte in whole:
        frames.take(bytes([byte]))

    assert capfd.readouterr() == ("out", "err")


def test_without_an_engine_it_says_why(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")

    assert main(["exec", "docker", "c1", "root", "true"]) == BROKEN
    assert "it does not run" in capfd.readouterr().err


@pytest.mark.engine
@pytest.mark.root
def test_input_output_and_exit_code_are_the_command_s(serai: Serai, dockerd: Dockerd, tmp_path: Path) -> None:
    serai.file(SLEEPER)
    serai("up")
    container = dockerd.client().containers()[0]["Id"]
    words = [sys.executable, "-m", "serai.providers.docker.bridge", "exec", "docker", container, "web"]

    done = subprocess.run(
        [*words, "/bin/sh", "-c", "id -u; cat; echo oops >&2; exit 9"],
        input=b"a" * 300_000,
        capture_output=True,
        timeout=60,
    )

    assert done.returncode == 9
    assert done.stdout == b"1000\n" + b"a" * 300_000
    assert done.stderr == b"oops\n"


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.timeout(60)
def test_a_terminal_is_given_to_who_has_one(serai: Serai, dockerd: Dockerd) -> None:
    serai.file(SLEEPER)
    serai("up")
    child, screen = pty.fork()
    if child == 0:
        os.chdir(serai.root)
        os.execvp(sys.executable, [sys.executable, "-m", "serai", "ssh", "web"])
    os.write(screen, b"test -t 0 && echo a-$((40 + 2)); exit 5\n")
    seen = b""
    try:
        while piece := os.read(screen, 4096):
            seen += piece
    except OSError:
        pass  # the other side has closed the terminal
    _, status = os.waitpid(child, 0)

    assert b"a-42" in seen
    assert os.waitstatus_to_exitcode(status) == 5
