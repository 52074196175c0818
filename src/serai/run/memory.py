"""What machines take of this host's memory: their own, and what they share with others of the same origin.

Source: kernel, filesystems/proc, smaps_rollup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from serai.providers.contract import ALIVE, Observed
from serai.providers.identity import machine_uuid
from serai.util.errors import Code, SeraiError

KIB = 1024
PROC = Path("/proc")


class Usage(msgspec.Struct, frozen=True):
    """Bytes of one process, or of several."""

    private: int = 0
    """Nobody else has them: they would be free without it."""
    shared: int = 0
    """Others have them mapped, too."""
    proportional: int = 0
    """Its own, and its part of what is shared: these add up to what all take together."""


def read(pid: int, proc: Path = PROC) -> Usage | None:
    """What a process takes; None when it has ended. Raises Code.UNSUPPORTED when this user may not know."""
    try:
        lines = (proc / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError as error:
        why = f"process {pid} is another user's: its memory is not told"
        raise SeraiError(Code.UNSUPPORTED, why, hint="call serai as that user, or as root") from error
    found = {words[0].rstrip(":"): int(words[1]) * KIB for words in map(str.split, lines)}
    return Usage(
        private=found.get("Private_Clean", 0) + found.get("Private_Dirty", 0) + found.get("Private_Hugetlb", 0),
        shared=found.get("Shared_Clean", 0) + found.get("Shared_Dirty", 0) + found.get("Shared_Hugetlb", 0),
        proportional=found.get("Pss", 0),
    )


def of_machines(project_id: str, observed: Mapping[str, Observed], proc: Path = PROC) -> dict[str, Usage]:
    """Of those that run as a process of this host, found by its id or by the UUID that QEMU was started with."""
    alive = {name: seen.pid for name, seen in observed.items() if seen.state in ALIVE}
    unknown = {machine_uuid(project_id, name): name for name, pid in alive.items() if not pid}
    if unknown:
        alive |= {unknown[uuid]: pid for uuid, pid in _by_uuid(unknown, proc)}
    read_ones = {name: read(pid, proc) for name, pid in alive.items() if pid}
    return {name: usage for name, usage in read_ones.items() if usage is not None}


def _by_uuid(wanted: Iterable[str], proc: Path) -> Iterable[tuple[str, int]]:
    """(UUID, process) of QEMUs that somebody else has started, libvirtd say."""
    words = {uuid.encode(): uuid for uuid in wanted}
    for path in proc.glob("[0-9]*"):
        try:
            argv = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"-uuid" in argv[:-1] and (uuid := words.get(argv[argv.index(b"-uuid") + 1])):
            yield uuid, int(path.name)


def total(usages: Iterable[Usage]) -> Usage:
    """Of all together. What is shared is counted once, as parts: `shared` is what remains beside the private."""
    usages = list(usages)
    private = sum(each.private for each in usages)
    proportional = sum(each.proportional for each in usages)
    return Usage(private=private, shared=max(0, proportional - private), proportional=proportional)
