"""What a run tells while it goes on: typed events, for whoever shows them."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    NOTE = "note"  # a sentence about the whole run
    BEGIN = "begin"  # a step begins
    PROGRESS = "progress"  # what a step is doing or waiting for
    OUTPUT = "output"  # a line that a provisioner or hook printed
    END = "end"  # a step is done
    FAILED = "failed"
    SKIPPED = "skipped"  # because of a failure elsewhere


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `seconds` is how long the step has taken so far."""

    kind: Kind
    machine: str = ""
    step: str = ""
    text: str = ""
    seconds: float = 0.0
    at: float = msgspec.field(default_factory=time.time)


Emit = Callable[[Event], None]


def silent(_event: Event) -> None:
    """An Emit that shows nothing."""
