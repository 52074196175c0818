"""A fault point kills the process there, and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

CODE = "from serai.run.faults import point; point('before', 'web/start'); print('alive')"


def run(fault: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE], env={**os.environ, "SERAI_FAULT": fault}, capture_output=True, text=True
    )


def test_it_dies_by_sigkill_at_the_named_step() -> None:
    assert run("before:web/start").returncode == -signal.SIGKILL


def test_it_lives_at_every_other() -> None:
    assert run("after:web/start").stdout == "alive\n"
    assert run("").stdout == "alive\n"
