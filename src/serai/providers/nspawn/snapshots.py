"""Snapshots of containers: the root filesystem, by reflinks where that can be; never its memory.

A container that runs is frozen while it is copied.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from serai.providers import tree_copy
from serai.providers.container_files import peers_of
from serai.providers.contract import Materials, Progress, Scope, Snapshot
from serai.providers.nspawn import groups, lifecycle
from serai.providers.nspawn.place import directory_of, machine_name, tree_of
from serai.providers.nspawn.record import editing
from serai.util.errors import Code, SeraiError
from serai.util.files import remove_tree

FOLDER = "snapshots"


@contextmanager
def _quiet(scope: Scope, name: str) -> Iterator[None]:
    """Nothing is written to it meanwhile."""
    runs = lifecycle.is_on(scope, name) and not groups.is_frozen(groups.home(machine_name(scope, name)))
    if runs:
        lifecycle.suspend(scope, name)
    try:
        yield
    finally:
        if runs:
            lifecycle.resume(scope, name)


def save_one(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Keep the root filesystem as it is now."""
    lifecycle.made(scope, name)
    tree, folder = tree_of(scope, name), directory_of(scope, name) / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    progress(f"copying {tree}")
    with _quiet(scope, name):
        tree_copy.keep(tree, folder / snapshot)
    with editing(directory_of(scope, name)) as kept:
        others = [each for each in kept.snapshots if each.name != snapshot]
        kept.snapshots = (*others, Snapshot(name=snapshot, at=round(time.time(), 3), memory=False))


def restore(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """The root filesystem as it was then. One that runs is stopped, and started again."""
    record = lifecycle.made(scope, name)
    directory = directory_of(scope, name)
    kept = directory / FOLDER / snapshot
    if not kept.is_dir():
        raise SeraiError(Code.FAILED, f"{name}: the files of snapshot {snapshot} are gone: {kept}")
    progress("copying it back")
    runs = lifecycle.is_on(scope, name)
    with tree_copy.replaced(tree_of(scope, name), kept):
        if runs:
            lifecycle.stop(scope, name, 0, True, progress)
    if runs and record.applied is not None:
        materials = Materials(addresses=record.addresses, networks=record.networks, hosts=peers_of(directory))
        lifecycle.start(scope, record.applied, materials, progress)


def delete(scope: Scope, name: str, snapshot: str) -> None:
    directory = directory_of(scope, name)
    remove_tree(directory / FOLDER / snapshot)
    with editing(directory) as record:
        record.snapshots = tuple(each for each in record.snapshots if each.name != snapshot)
