"""Run a program of the host as a part of a change."""

from __future__ import annotations

from collections.abc import Callable

from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError


def must(reach: Reach, *argv: str) -> str:
    """What a program prints. Raises SeraiError (Code.FAILED) with what it said last when it fails."""
    done = reach.run(argv)
    if not done.ok:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()][-6:]
        cause = said[-1] if said else "no message"
        shown = " ".join(argv)
        raise SeraiError(Code.FAILED, f"{shown} ended with exit code {done.code}: {cause}", details=said)
    return done.stdout


def waited(reach: Reach, until: Callable[[], bool], seconds: int) -> bool:
    """Whether it came true within so many seconds; a host elsewhere is asked five times a second, too."""
    for _ in range(seconds * 5):
        if until():
            return True
        reach.run(("sleep", "0.2"))
    return until()
