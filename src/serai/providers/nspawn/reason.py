"""Why a container did not start, or ended by itself: what systemd-nspawn and the console said, for people."""

from __future__ import annotations

import re
from pathlib import Path

from serai.providers.nspawn.place import CONSOLE_LOG
from serai.providers.nspawn.record import Record
from serai.util.errors import Code, SeraiError
from serai.util.files import tail

KNOWN = (
    (r"execv\((?P<what>.+)\) failed", "its first process {what} cannot be started", "container.cmd names another"),
    (r"execv\(\) failed|Failed to execute.*init", "it has no /sbin/init", "container.cmd names a command"),
    (
        r"Failed to (?:mount|stat|resolve|open) (?P<what>/\S+?)[:., ]",
        "{what} cannot be mounted",
        "container.volumes",
    ),
    (r"doesn't look like .*OS|os-release", "its root is no operating system's", "container.rootfs"),
    (
        r"(?P<what>\S+\.nspawn):\d+: (?:Unknown|Failed to parse)",
        "{what} says what it does not know",
        "providers: {{nspawn: {{settings: …}}}}",
    ),
)
"""What systemd-nspawn says -> what it means -> where to look."""
NOISE = re.compile(
    r"^(?:Spawning container|Press |Container .* (?:failed|terminated)|Attempted to remove|Some capabilities)"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")


def said(directory: Path, lines: int = 30) -> list[str]:
    """Its last words, without what nspawn says of every container."""
    plain = (_COLOUR.sub("", line).strip() for line in tail(directory / CONSOLE_LOG, lines))
    return [line for line in plain if line and not NOISE.match(line)]


def is_refusal(directory: Path) -> bool:
    """Whether systemd-nspawn itself said no: a command of the container's may end as fast, with any code."""
    patterns = ["^Failed to ", *(pattern for pattern, _, _ in KNOWN)]
    return any(re.search(pattern, line) for pattern in patterns for line in said(directory))


def explained(lines: list[str]) -> tuple[str, str]:
    """The reason and where to look; the first line that is known counts."""
    for line in lines:
        for pattern, meaning, hint in KNOWN:
            if found := re.search(pattern, line):
                return f"{meaning.format(**found.groupdict())}: {line}", hint.format()
    return (lines[-1] if lines else "systemd-nspawn said no reason"), ""


def not_started(name: str, directory: Path, stderr: str) -> SeraiError:
    """The error of a start that systemd-nspawn refused."""
    lines = said(directory) or [line for line in stderr.splitlines() if line.strip()]
    why, hint = explained(lines)
    return SeraiError(
        Code.FAILED, f"{name} does not start: {why}", hint=hint or f"serai logs {name}", details=lines[-8:]
    )


def why_ended(directory: Path, record: Record) -> str:
    """A sentence: what ended, and its last words on the console."""
    box = record.applied.container if record.applied else None
    words = [*(box.entrypoint or ()), *box.cmd] if box else []
    what = f"its command {' '.join(words)!r}" if words else "its first process"
    last = next(iter(reversed(said(directory))), "")
    return f"{what} ended" + (f": {last}" if last else ", and said nothing on the console")
