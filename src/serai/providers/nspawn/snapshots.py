"""Snapshots of containers: the root filesystem, by reflinks where that can be; never its memory.

A container that runs is frozen while it is copied.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial

from serai.providers import container_snapshots
from serai.providers.contract import Progress, Scope
from serai.providers.nspawn import groups, lifecycle
from serai.providers.nspawn.place import directory_of, machine_name, tree_of
from serai.providers.nspawn.record import editing


def _quiet(scope: Scope, name: str) -> AbstractContextManager[None]:
    """Nothing is written to it meanwhile."""
    runs = lifecycle.is_on(scope, name) and not groups.is_frozen(groups.home(machine_name(scope, name)))
    return container_snapshots.frozen(
        runs, partial(lifecycle.suspend, scope, name), partial(lifecycle.resume, scope, name)
    )


def save_one(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Keep the root filesystem as it is now."""
    lifecycle.made(scope, name)
    directory, tree = directory_of(scope, name), tree_of(scope, name)
    container_snapshots.save(directory, tree, snapshot, _quiet(scope, name), editing, progress)


def restore(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """The root filesystem as it was then. One that runs is stopped, and started again."""
    record = lifecycle.made(scope, name)
    container_snapshots.restore(
        directory_of(scope, name),
        tree_of(scope, name),
        snapshot,
        record,
        progress,
        stop=partial(lifecycle.stop, scope, name, 0, True, progress) if lifecycle.is_on(scope, name) else None,
        start=lambda machine, materials: lifecycle.start(scope, machine, materials, progress),
    )


def delete(scope: Scope, name: str, snapshot: str) -> None:
    container_snapshots.delete(directory_of(scope, name), snapshot, editing)
