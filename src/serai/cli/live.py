"""A run on a terminal: a line a machine that changes in place, with the time it takes; output scrolls above."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from serai.cli.report import PROVISIONED, Lines
from serai.cli.say import clean, put
from serai.run.events import Event, Kind


class Live(Lines):
    """Lines, but waits are shown in place."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.live import Live as RichLive

        self._console = Console(stderr=True, highlight=False)
        self._rows: dict[str, tuple[str, float]] = {}
        self._live: Any = RichLive(
            get_renderable=self._table, console=self._console, refresh_per_second=8, transient=True
        )

    def __enter__(self) -> Live:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        from rich.text import Text

        if self._live.is_started:
            self._console.print(Text.from_ansi(clean(text)))
        else:
            put(text, err=True)

    def _table(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1))
        now = time.monotonic()
        for name, (text, since) in list(self._rows.items()):
            budget = self.budgets.get(name) if text.startswith("waiting for ") else None
            limit = f" of {budget:.0f}" if budget else ""
            table.add_row(
                Spinner("line"), name.ljust(self.width), Text.from_ansi(clean(text)), f"{now - since:.0f}{limit} s"
            )
        return table

    def _take(self, event: Event) -> None:
        match event.kind:
            case Kind.BEGIN | Kind.PROGRESS:
                now = time.monotonic()
                # A wait has a budget of its own: its time counts from its own beginning.
                fresh = event.kind is Kind.BEGIN and event.step.endswith("/ready")
                since = now if fresh else self._rows.get(event.machine, ("", now))[1]
                self._rows[event.machine] = (event.text, since)
            case Kind.END:
                if event.text or PROVISIONED in event.step:
                    super()._take(event)
                self._next(event.machine)
            case Kind.FAILED:
                self._rows.pop(event.machine, None)
                super()._take(event)
            case _:
                super()._take(event)

    def _next(self, machine: str) -> None:
        """What a machine does between two steps: nothing more, or it waits for others."""
        left = self.steps.get(machine)
        if not left:
            self._rows.pop(machine, None)
            return
        others = {step.id: name for name, steps in self.steps.items() if name != machine for step in steps}
        awaited = sorted({others[need] for need in left[0].needs if need in others})
        text = f"after {', '.join(awaited)}" if awaited else self._rows.get(machine, ("", 0.0))[0]
        self._rows[machine] = (text, self._rows.get(machine, ("", time.monotonic()))[1])
