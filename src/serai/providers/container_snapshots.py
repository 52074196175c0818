"""Snapshots of system containers: the root filesystem, by reflinks where that can be; never its memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from serai.providers import tree_copy
from serai.providers.container_files import peers_of
from serai.providers.container_record import ContainerRecord
from serai.providers.contract import Materials, Progress, Snapshot
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import remove_tree

FOLDER = "snapshots"
R = TypeVar("R", bound=ContainerRecord)
Editing = Callable[[Path], AbstractContextManager[R]]


@contextmanager
def frozen(runs: bool, suspend: Callable[[], None], resume: Callable[[], None]) -> Iterator[None]:
    """Nothing is written to it meanwhile; `runs`: it does so now."""
    if runs:
        suspend()
    try:
        yield
    finally:
        if runs:
            resume()


def save(
    directory: Path,
    tree: Path,
    snapshot: str,
    still: AbstractContextManager[None],
    editing: Editing[R],
    progress: Progress,
) -> None:
    """Keep the root filesystem `tree` as it is now, while it is `still`."""
    folder = directory / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    progress(f"copying {tree}")
    with still:
        tree_copy.keep(tree, folder / snapshot)
    with editing(directory) as kept:
        others = [each for each in kept.snapshots if each.name != snapshot]
        kept.snapshots = (*others, Snapshot(name=snapshot, at=round(time.time(), 3), memory=False))


def restore(
    directory: Path,
    tree: Path,
    snapshot: str,
    record: ContainerRecord,
    progress: Progress,
    *,
    stop: Callable[[], object] | None,
    start: Callable[[Machine, Materials], None],
) -> None:
    """The root filesystem as it was then. One that runs (it has a `stop`) is stopped, and started again.

    Raises Code.FAILED where the snapshot's files are gone.
    """
    kept = directory / FOLDER / snapshot
    if not kept.is_dir():
        raise SeraiError(Code.FAILED, f"{record.name}: the files of snapshot {snapshot} are gone: {kept}")
    progress("copying it back")
    with tree_copy.replaced(tree, kept):
        if stop:
            stop()
    if stop and record.applied is not None:
        start(
            record.applied,
            Materials(addresses=record.addresses, networks=record.networks, hosts=peers_of(directory)),
        )


def delete(directory: Path, snapshot: str, editing: Editing[R]) -> None:
    remove_tree(directory / FOLDER / snapshot)
    with editing(directory) as record:
        record.snapshots = tuple(each for each in record.snapshots if each.name != snapshot)
