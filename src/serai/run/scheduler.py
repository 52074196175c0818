"""Runs steps in parallel along their edges: threads, limits, a journal line around each, one failure at a time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from graphlib import TopologicalSorter

import msgspec

from serai.plan.steps import Step
from serai.run.events import Emit, Event, Kind
from serai.run.faults import point
from serai.run.journal import Journal
from serai.util.errors import Code, SeraiError
from serai.util.files import FULL, no_room
from serai.util.masking import Mask

OPEN = Mask()

Do = Callable[[Step], str]
"""Does a step; returns a short sentence about the result, or an empty string."""


class Failure(msgspec.Struct, frozen=True):
    step: Step
    error: SeraiError


class Outcome(msgspec.Struct):
    """What came of a run."""

    done: list[str] = []
    failures: list[Failure] = []
    skipped: list[Step] = []


class Cancel:
    """Set once by Ctrl-C; asked by everything that waits."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def check(self) -> None:
        """Raise Code.INTERRUPTED after Ctrl-C."""
        if self._event.is_set():
            raise SeraiError(Code.INTERRUPTED, "interrupted", hint="serai up goes on from here")

    def __bool__(self) -> bool:
        return self._event.is_set()


def run_steps(
    steps: Sequence[Step],
    do: Do,
    *,
    journal: Journal,
    emit: Emit,
    cancel: Cancel,
    mask: Mask = OPEN,
    limits: Mapping[str, int] = {},
    group: Callable[[Step], str] = lambda step: "",
) -> Outcome:
    """Do all steps, each after its needs. Steps that need a failed one are skipped, the others go on.

    `mask` covers secrets in what fails, before it is told, written down and given back.
    `limits[group(step)]` bounds how many of a group run at once (absent or 0: no bound).
    On KeyboardInterrupt: nothing new begins, what runs is told through `cancel`, and it is raised again.
    """
    by_id = {step.id: step for step in steps}
    order: TopologicalSorter[str] = TopologicalSorter(
        {step.id: [need for need in step.needs if need in by_id] for step in steps}
    )
    order.prepare()
    outcome = Outcome()
    bad: set[str] = set()
    finished: queue.Queue[tuple[Step, SeraiError | None]] = queue.Queue()
    gates = {name: threading.Semaphore(count) for name, count in limits.items() if count > 0}

    def work(step: Step) -> None:
        gate = gates.get(group(step))
        error: SeraiError | None = None
        if gate:
            gate.acquire()
        try:
            error = _one(step, do, journal, emit, cancel, mask)
        finally:
            if gate:
                gate.release()
            finished.put((step, error))

    running = 0
    try:
        while order.is_active():
            for name in order.get_ready():
                step = by_id[name]
                if bad.intersection(step.needs) or cancel:
                    bad.add(name)
                    outcome.skipped.append(step)
                    finished.put((step, None))
                else:
                    threading.Thread(target=work, args=(step,), name=name, daemon=True).start()
                running += 1
            step, error = finished.get()
            running -= 1
            if error:
                bad.add(step.id)
                outcome.failures.append(Failure(step, error))
            elif step.id not in bad:
                outcome.done.append(step.id)
            order.done(step.id)
    except KeyboardInterrupt:
        cancel.set()
        _drain(finished, running)
        raise
    return outcome


def _drain(finished: queue.Queue[tuple[Step, SeraiError | None]], running: int) -> None:
    """Give running steps two seconds to notice the interrupt; each can be killed anywhere, so no more."""
    until = time.monotonic() + 2
    while running > 0 and (left := until - time.monotonic()) > 0:
        try:
            finished.get(timeout=left)
        except queue.Empty:
            return
        running -= 1


def _one(step: Step, do: Do, journal: Journal, emit: Emit, cancel: Cancel, mask: Mask) -> SeraiError | None:
    began = time.monotonic()
    try:
        cancel.check()
        point("before", step.id)
        journal.write("do", step.id)
        emit(Event(kind=Kind.BEGIN, machine=step.machine, step=step.id, text=step.text))
        text = do(step)
        point("after", step.id)
        journal.write("done", step.id)
    except SeraiError as error:
        failed = error
    except Exception as error:  # noqa: BLE001 - a bug in one machine's step must not lose the others
        if isinstance(error, OSError) and error.errno in FULL:
            failed = no_room(error)
        else:
            failed = SeraiError(
                Code.INTERNAL,
                f"{step.id}: {type(error).__name__}: {error}",
                details=_trace(error),
                hint="report this bug",
            )
    else:
        emit(
            Event(
                kind=Kind.END,
                machine=step.machine,
                step=step.id,
                text=text,
                seconds=time.monotonic() - began,
            )
        )
        return None
    failed = mask.error(failed)
    if failed.code is not Code.INTERRUPTED:
        journal.write("failed", step.id, failed.message)
        seconds = time.monotonic() - began
        emit(Event(kind=Kind.FAILED, machine=step.machine, step=step.id, text=failed.message, seconds=seconds))
    return failed


def _trace(error: BaseException) -> list[str]:
    import traceback

    return [line.rstrip() for line in traceback.format_exception(error)[-6:]]
