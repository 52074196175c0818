"""Why a container did not start, or ended by itself: LXC's own log and the console, in a person's words."""

from __future__ import annotations

import re
from pathlib import Path

from serai.providers.lxc.place import CONSOLE_LOG, LOG
from serai.providers.lxc.record import Record
from serai.util.errors import Code, SeraiError
from serai.util.files import tail

_ERROR = re.compile(r"\bERROR\s+\S+ - [\w./]+:\w+:\d+ - (?P<text>.+)$")
"""A line of LXC's log: program, container, time, level, module - file:function:line - text."""

KNOWN = (
    (
        r"Failed to attach .* to bridge|setup.* veth.*bridge|\"(?:lxcbr0|virbr0)\"",
        "its bridge is not there",
        "ip link",
    ),
    (
        r"Failed to exec \"(?P<what>[^\"]+)\"",
        "its first process {what} cannot be started",
        "container.cmd names another",
    ),
    (r"newuidmap|Failed to .*id map|uid mapping", "its ids cannot be mapped", "serai host setup lxc --user root"),
    (
        r"Failed to mount \"(?P<what>[^\"]+)\"",
        "{what} cannot be mounted",
        "synced_folders and container.volumes name it",
    ),
    (
        r"Failed to (?:set|setup) .*cgroup.*limit|cgroup.*(?:No space|Invalid)",
        "a limit is refused",
        "container: memory, cpus, pids",
    ),
    (
        r"AppArmor|apparmor",
        "AppArmor refuses its profile",
        "container: {{config: [lxc.apparmor.profile = unconfined]}}",
    ),
    (r"Unknown configuration key \"(?P<what>[^\"]+)\"", "LXC has no key {what}", "container.config"),
)
"""What LXC says -> what it means -> where to look."""


def errors(lines: list[str]) -> list[str]:
    """What LXC's log calls errors, the first one first; repeats left out."""
    found = (match["text"].strip() for line in lines if (match := _ERROR.search(line)))
    return list(dict.fromkeys(found))


def explained(said: list[str]) -> tuple[str, str]:
    """The reason and where to look, of the errors in the order of the log; the first that is known counts."""
    for text in said:
        for pattern, meaning, hint in KNOWN:
            if found := re.search(pattern, text):
                return f"{meaning.format(**found.groupdict())}: {text}", hint.format()
    return (said[0] if said else "LXC said no reason"), ""


def not_started(name: str, directory: Path, stderr: str) -> SeraiError:
    """The error of a start that LXC refused."""
    lines = tail(directory / LOG, 200)
    said = errors(lines) or errors(stderr.splitlines())
    why, hint = explained(said)
    console = tail(directory / CONSOLE_LOG, 5)
    return SeraiError(
        Code.FAILED,
        f"{name} does not start: {why}",
        hint=hint or f"serai logs {name} --engine",
        details=[*said[:8], *console],
    )


def why_ended(directory: Path, record: Record) -> str:
    """A sentence: what ended, and its last words on the console."""
    machine = record.applied
    stated = machine.container if machine else None
    words = [*(stated.entrypoint or ()), *stated.cmd] if stated else []
    what = f"its command {' '.join(words)!r}" if words else "its first process"
    last = next((line.strip() for line in reversed(tail(directory / CONSOLE_LOG, 20)) if line.strip()), "")
    return f"{what} ended" + (f": {last}" if last else ", and said nothing on the console")
