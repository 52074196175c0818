"""What changes while a container lives: marks, whether it is ready, live changes. One small file a machine.

Labels are made with a container and cannot be changed, so this is in `$SERAI_HOME/projects/NAME-ID/docker/`.
(Labels of a volume could hold it too, but could not be changed either, and `docker volume prune` would take it.)
It names the container's id and counts for that one alone. Lost, it loses no machine: blocks are provisioned again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from serai.providers.contract import Mark, Scope, Snapshot
from serai.spec.machine import Machine
from serai.util import paths
from serai.util.files import private_dir, write_atomic
from serai.util.locks import lock


class Kept(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`docker/NAME.json`."""

    container: str
    """Its id: a container made anew has none of this."""
    applied: Machine | None = None
    """The spec after changes that were made while it ran; None: as its label says."""
    marks: dict[str, Mark] = {}
    ready_at: float = 0.0
    started_at: float = 0.0
    halted: bool = False
    """It was stopped by serai: how it ended is no failure."""
    pending: dict[str, str] = {}
    snapshots: list[Snapshot] = []


def directory(scope: Scope, provider: str) -> Path:
    return scope.home / provider


def read_all(scope: Scope, provider: str) -> dict[str, Kept]:
    """By machine. A file that cannot be read is as one that is lost."""
    found: dict[str, Kept] = {}
    try:
        entries = sorted(directory(scope, provider).glob("*.json"))
    except OSError:
        return {}
    for path in entries:
        if kept := _read(path):
            found[path.stem] = kept
    return found


def read(scope: Scope, provider: str, name: str) -> Kept | None:
    return _read(directory(scope, provider) / f"{name}.json")


def _read(path: Path) -> Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return None


def change(scope: Scope, provider: str, name: str, container: str, edit: Callable[[Kept], None]) -> None:
    """Change what is kept of the container; what was kept of another one is forgotten."""
    place = directory(scope, provider)
    private_dir(place)
    path = place / f"{name}.json"
    with lock(
        paths.runtime() / f"{provider}-{scope.project_id}.lock", what=f"what is kept of {name}", note="serai"
    ):
        kept = _read(path)
        if kept is None or kept.container != container:
            kept = Kept(container=container)
        edit(kept)
        write_atomic(path, msgspec.json.encode(kept), sync=False)


def forget(scope: Scope, provider: str, name: str) -> None:
    """Nothing is kept any more; the last one takes the directory along."""
    from serai.util.files import remove_tree

    place = directory(scope, provider)
    (place / f"{name}.json").unlink(missing_ok=True)
    remove_tree(place / f"{name}.files")
    try:
        place.rmdir()
    except OSError:
        return  # others have theirs in it
