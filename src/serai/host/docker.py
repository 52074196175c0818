"""A docker daemon that runs: whether it does, what a restart would stop, and which options it knows."""

from __future__ import annotations

from serai.host.reach.contract import Reach
from serai.util.errors import SeraiError

SOCKET = "/run/docker.sock"


def runs(reach: Reach) -> bool:
    """Whether its socket is there and it answers."""
    return (
        reach.live
        and reach.has(SOCKET)
        and said(reach, "docker", "version", "--format", "{{.Server.Version}}") != ""
    )


def said(reach: Reach, *argv: str) -> str:
    """What a program says; nothing where it is not there, or fails."""
    try:
        done = reach.run(argv, timeout=20)
    except SeraiError:
        return ""
    return done.stdout.strip() if done.ok else ""


def containers(reach: Reach) -> list[str]:
    """Names of the containers that run."""
    return said(reach, "docker", "ps", "--format", "{{.Names}}").split()


def would_stop(reach: Reach) -> str:
    """What a restart of the daemon stops, for a person; empty: nothing, or live-restore keeps them running."""
    running = containers(reach)
    if not running or said(reach, "docker", "info", "--format", "{{.LiveRestoreEnabled}}") == "true":
        return ""
    return f"it stops {', '.join(running)}: live-restore is off"


def knows(reach: Reach, flag: str) -> bool | None:
    """Whether this dockerd has an option `--flag`, and so its key in daemon.json; None: it cannot be asked."""
    if not reach.live or not reach.program("dockerd"):
        return None
    return f"--{flag}" in said(reach, "dockerd", "--help").split()
