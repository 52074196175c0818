"""rsync-auto: folders of the host are watched, and copied into the guests again when something in them changes."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from serai.guest.rsync import keeps
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SETTLE_SECONDS = 0.2
"""How long nothing more must change before it is copied: an editor writes a file in several acts."""
MOST_SETTLE = 25
"""After so many further changes in a row it is copied all the same."""

Copy = Callable[[Machine], None]


def folders_of(machine: Machine, root: Path) -> list[tuple[Path, list[str]]]:
    """(directory of the host, patterns that are left out) of each rsync folder that follows changes."""
    return [
        ((root / folder.source).resolve(), folder.exclude)
        for folder in machine.synced_folders
        if folder.type is FolderType.RSYNC and folder.rsync.auto
    ]


def touched(path: str, places: Mapping[str, Sequence[tuple[Path, list[str]]]]) -> set[str]:
    """The machines that have a folder in which `path` is copied: what is excluded touches nobody."""
    found = set()
    for name, folders in places.items():
        for folder, exclude in folders:
            try:
                below = Path(path).relative_to(folder)
            except ValueError:
                continue
            if keeps(str(below), exclude):
                found.add(name)
    return found


def watch(machines: Sequence[Machine], root: Path, copy: Copy, *, poll: bool = False) -> int:
    """Copy once, then whenever something changes, until KeyboardInterrupt; at once 0 when there is no folder.

    `poll` looks at the files instead of asking the kernel: for network file systems, which tell nothing.
    """
    places = {machine.name: folders_of(machine, root) for machine in machines}
    by_name = {machine.name: machine for machine in machines if places[machine.name]}
    for machine in by_name.values():
        copy(machine)
    if not by_name:
        return 0
    changed: queue.Queue[str] = queue.Queue()
    observer = _observer(poll)
    for folder in sorted({folder for folders in places.values() for folder, _ in folders}):
        _schedule(observer, folder, changed)
    observer.start()
    try:
        while True:
            for name in sorted(_next(changed, places)):
                copy(by_name[name])
    finally:
        observer.stop()
        observer.join()


def _next(changed: queue.Queue[str], places: Mapping[str, Sequence[tuple[Path, list[str]]]]) -> set[str]:
    """Whom the next changes concern: waits for one, then until it is quiet."""
    found = touched(changed.get(), places)
    for _ in range(MOST_SETTLE):
        try:
            found |= touched(changed.get(timeout=SETTLE_SECONDS), places)
        except queue.Empty:
            break
    return found


def _observer(poll: bool) -> Any:
    if poll:
        from watchdog.observers.polling import PollingObserver

        return PollingObserver()
    from watchdog.observers import Observer

    return Observer()


def _schedule(observer: Any, folder: Path, changed: queue.Queue[str]) -> None:
    from watchdog.events import (
        EVENT_TYPE_CLOSED_NO_WRITE,
        EVENT_TYPE_OPENED,
        FileSystemEvent,
        FileSystemEventHandler,
    )

    class Teller(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type not in (EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE):
                changed.put(str(event.src_path))
                if event.dest_path:
                    changed.put(str(event.dest_path))

    try:
        observer.schedule(Teller(), str(folder), recursive=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SeraiError(
            Code.FAILED, f"{folder} cannot be watched: {reason}", hint="serai rsync-auto --poll looks by itself"
        ) from error
