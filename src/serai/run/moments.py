"""What forks of one run are made from: of each parent one moment, however many they are."""

from __future__ import annotations

import threading
from collections.abc import Callable

from serai.guest.transport import Transport
from serai.providers.contract import Progress
from serai.run.materials import Stock
from serai.run.workspace import Workspace
from serai.util.errors import SeraiError


class Moments:
    """Thread-safe: the first fork of a parent has it copied, the others wait for that."""

    def __init__(self, workspace: Workspace, stock: Stock, way_in: Callable[[str], Transport]) -> None:
        self._workspace = workspace
        self._way_in = way_in
        self._stock = stock
        self._lock = threading.Lock()
        self._parents: dict[str, threading.Lock] = {}
        self._found: dict[str, str] = {}
        self._failed: dict[str, SeraiError] = {}

    def of(self, parent: str, progress: Progress) -> str:
        """The moment of a parent that runs."""
        with self._lock:
            turn = self._parents.setdefault(parent, threading.Lock())
        with turn:
            if parent in self._failed:
                raise self._failed[parent]
            if parent not in self._found:
                machine = self._workspace.project.machines[parent]
                driver = self._workspace.provider(parent)
                try:
                    materials = self._stock.of(machine, progress)
                    way = self._way_in(parent)
                    moment = driver.fork_point(machine, materials, way, progress)  # type: ignore[attr-defined]
                    self._found[parent] = moment
                except SeraiError as error:
                    self._failed[parent] = error
                    raise
            return self._found[parent]

    def close(self) -> None:
        """No more forks are made."""
        for parent, moment in self._found.items():
            self._workspace.provider(parent).fork_end(moment)  # type: ignore[attr-defined]
        self._found.clear()
