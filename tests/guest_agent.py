"""QEMU's own guest agent as a program of this host, whose guest is this host itself."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serai.run.wait import poll


@pytest.fixture
def guest_agent(need: Callable[..., None]) -> Iterator[Path]:
    """The directory with its socket, as a machine has it."""
    need("qemu-ga", root=True)
    with tempfile.TemporaryDirectory(prefix="serai-ga", dir="/tmp") as name:
        place = Path(name)
        words = ["qemu-ga", "-m", "unix-listen", "-p", place / "agent.sock", "-t", name, "-f", place / "pid"]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, cwd=name)
        try:
            there = poll(lambda: (place / "agent.sock").exists() or None, budget=20)
            assert there, (place / "log").read_text()
            yield place
        finally:
            process.terminate()
            process.wait()
