"""What the engine tells of the project's containers while it happens: one stream for a whole run, nobody polls.

Source: moby, api/swagger.yaml, `GET /events`: die, start, health_status of containers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from serai.providers.contract import Scope
from serai.providers.docker import names

BEGAN_BEFORE = 5
"""Seconds before the stream is opened from which events are asked for again: none is missed meanwhile."""


WITHOUT = 0.5
"""Seconds between two looks at a container while no stream tells of it."""


class Fate(msgspec.Struct):
    """What is known of one container since the stream was opened."""

    died: int | None = None
    """Exit code of its last end; None while it has not ended since it was started."""
    health: str = ""
    """`healthy` or `unhealthy`, of its last check."""


class Events:
    """Follows the events of a project in a thread of its own, begun when somebody first waits."""

    def __init__(self, scope: Scope, open_client: Callable[[], Any], *, here: bool = True) -> None:
        self._scope = scope
        self._here = here
        """The engine's clock is this host's."""
        self._begun: dict[str, int] = {}
        """Container -> when it was about to be started (Unix time, ns): what is told of it from before is past."""
        self._open = open_client
        self._condition = threading.Condition()
        self._fates: dict[str, Fate] = {}
        self._thread: threading.Thread | None = None
        self._over = False

    def follow(self) -> None:
        """Open the stream, if it is not open. To be called before what is waited for is begun."""
        with self._condition:
            if self._thread is not None and not self._over:
                return
            self._over = False
            since = int(time.time()) - BEGAN_BEFORE
            self._thread = threading.Thread(target=self._read, args=(since,), name="events", daemon=True)
            self._thread.start()

    def _read(self, since: int) -> None:
        filters = {**names.mine(self._scope), "type": ["container"]}
        try:
            for event in self._open().events(since=since, filters=filters, decode=True):
                self._take(event)
        except Exception:  # noqa: BLE001 - whatever ends the stream: who waits looks at the container itself
            return
        finally:
            with self._condition:
                self._over = True
                self._condition.notify_all()

    def _take(self, event: dict[str, Any]) -> None:
        word = str(event.get("Action") or event.get("status") or "")
        container = str((event.get("Actor") or {}).get("ID") or event.get("id") or "")
        attributes = (event.get("Actor") or {}).get("Attributes") or {}
        with self._condition:
            fate = self._fates.setdefault(container, Fate())
            if self._here and 0 < int(event.get("timeNano") or 0) < self._begun.get(container, 0):
                return
            if word == "die":
                code = str(attributes.get("exitCode") or attributes.get("containerExitCode") or "0")
                fate.died = int(code) if code.lstrip("-").isdigit() else 0
            elif word in ("start", "restart"):
                fate.health = ""  # that it ended before is known until somebody starts it himself
            elif word.startswith("health_status"):
                fate.health = word.partition(":")[2].strip() or str(event.get("HealthStatus") or "")
            else:
                return
            self._condition.notify_all()

    def forget(self, container: str) -> None:
        """What happened to it before does not count any more: it is about to be started."""
        with self._condition:
            self._fates[container] = Fate()
            self._begun[container] = time.time_ns()

    def fate(self, container: str) -> Fate:
        """A copy of what is known now."""
        with self._condition:
            known = self._fates.get(container, Fate())
            return Fate(died=known.died, health=known.health)

    def wait(self, container: str, seconds: float, until: Callable[[Fate], bool]) -> bool:
        """Wait until `until` holds of the container's fate; False after `seconds`, or when no stream tells."""
        deadline = time.monotonic() + seconds
        with self._condition:
            while not until(self._fates.get(container, Fate())):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                if self._over:  # the engine is gone, or was: who waits looks for itself, not at once
                    self._condition.wait(min(left, WITHOUT))
                    return until(self._fates.get(container, Fate()))
                self._condition.wait(left)
            return True
