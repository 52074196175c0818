"""Fault points: where a test can kill serai, to prove that the next run converges.

`SERAI_FAULT=before:web/start` (or `after:`) makes the process kill itself there with SIGKILL, as a power cut
would. Nothing else reads it.
"""

from __future__ import annotations

import os
import signal


def point(when: str, step: str) -> None:
    """Die here if the environment says so."""
    if os.environ.get("SERAI_FAULT") == f"{when}:{step}":
        os.kill(os.getpid(), signal.SIGKILL)
