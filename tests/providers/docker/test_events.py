"""What the stream of events tells, and who waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from serai.providers.contract import Scope
from serai.providers.docker.events import Events

SCOPE = Scope(project="shop", project_id="3f2a", root=Path("/"), home=Path("/"))


class Client:
    """Gives what is put into its queue; None ends the stream."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()

    def events(self, **_: Any) -> Iterator[dict[str, Any]]:
        while (event := self.queue.get()) is not None:
            yield event


def of(word: str, **attributes: str) -> dict[str, Any]:
    return {"Action": word, "Actor": {"ID": "c1", "Attributes": attributes}}


def test_an_end_and_a_health_are_waited_for() -> None:
    client = Client()
    events = Events(SCOPE, lambda: client)
    events.follow()
    events.follow()  # one stream is enough
    threading.Timer(0.05, lambda: client.queue.put(of("health_status: healthy"))).start()

    assert events.wait("c1", 10, lambda fate: fate.health == "healthy")
    client.queue.put(of("exec_create"))
    client.queue.put(of("die", exitCode="3"))
    assert events.wait("c1", 10, lambda fate: fate.died == 3)
    events.forget("c1")
    assert events.fate("c1").died is None
    assert not events.wait("c1", 0.05, lambda fate: fate.died is not None)
    client.queue.put(None)


def test_an_end_from_before_the_start_is_past() -> None:
    client = Client()
    events = Events(SCOPE, lambda: client)
    before = {**of("die", exitCode="137"), "timeNano": time.time_ns()}
    events.forget("c1")
    events.follow()
    client.queue.put(before)  # the stream begins a few seconds before it was opened

    assert not events.wait("c1", 0.1, lambda fate: fate.died is not None)
    client.queue.put({**of("die", exitCode="3"), "timeNano": time.time_ns()})
    assert events.wait("c1", 10, lambda fate: fate.died == 3)
    client.queue.put(None)


def test_podmans_words_are_known_too() -> None:
    client = Client()
    events = Events(SCOPE, lambda: client)
    events.follow()
    client.queue.put(
        {"status": "die", "id": "c1", "Actor": {"ID": "c1", "Attributes": {"containerExitCode": "4"}}}
    )

    assert events.wait("c1", 10, lambda fate: fate.died == 4)
    client.queue.put(None)


def test_without_a_stream_a_wait_is_short() -> None:
    def gone() -> Any:
        raise OSError("no engine")

    events = Events(SCOPE, gone)
    events.follow()

    assert not events.wait("c1", 0.6, lambda fate: fate.died is not None)
