"""`--machine-readable`: one line a fact, `seconds,machine,type,data…`, as scripts around vagrant read them.

Source: the output of Vagrant 2.3.4 with --machine-readable.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from serai.cli.report import Lines
from serai.providers.contract import Observed, State
from serai.run.events import Event, Kind

WORDS = {
    State.ABSENT: ("not_created", "not created"),
    State.CREATING: ("preparing", "preparing"),
    State.READY: ("running", "running"),
    State.RUNNING: ("running", "running"),
    State.PAUSED: ("paused", "paused"),
    State.SUSPENDED: ("saved", "saved"),
    State.STOPPED: ("shutoff", "shutoff"),
    State.STOPPING: ("shutting-down", "shutting-down"),
    State.FAILED: ("crashed", "crashed"),
}
"""serai's states in the words of vagrant-libvirt: (symbol, for a person). Others keep their own."""


def words_of(state: str) -> tuple[str, str]:
    """The state's two words."""
    return WORDS.get(State(state), (str(state), str(state)))


def escaped(text: str) -> str:
    """One field: no comma, no line end."""
    return text.replace(",", "%!(VAGRANT_COMMA)").replace("\n", "\\n").replace("\r", "\\r")


def tell(machine: str, kind: str, *data: object) -> None:
    """Print one line."""
    fields = [str(int(time.time())), machine, kind, *(escaped(str(item)) for item in data)]
    click.echo(",".join(fields))


class Readable(Lines):
    """What a run tells, as lines for a program."""

    def __init__(self, verb: str) -> None:
        super().__init__()
        self._verb = verb

    def say(self, text: str) -> None:
        tell("", "ui", "info", click.unstyle(text))

    def _take(self, event: Event) -> None:
        match event.kind:
            case Kind.BEGIN if event.machine and event.step.partition("/")[2] in BEGINS:
                tell(event.machine, "action", self._verb, "start")
                tell(event.machine, "ui", "info", event.text)
            case Kind.NOTE | Kind.BEGIN | Kind.PROGRESS if event.text:
                tell(event.machine, "ui", "info", event.text)
            case Kind.OUTPUT:
                tell(event.machine, "ui", "detail", event.text)
            case Kind.FAILED:
                tell(event.machine, "ui", "error", event.text)
            case Kind.END if event.machine and not self.steps.get(event.machine):
                tell(event.machine, "action", self._verb, "end")
            case _:
                pass


BEGINS = ("create", "start", "resume", "stop", "suspend", "destroy")
"""Steps with which a machine's action begins."""


def status(project: Mapping[str, Any], observed: Mapping[str, Observed], chosen: list[str]) -> None:
    """The lines of `status`. `project` are the file's machines by name."""
    rows = []
    for name in chosen:
        seen = observed.get(name)
        state = seen.state if seen else State.ABSENT
        provider = seen.provider if seen else project[name].provider
        rows.append((name, provider, words_of(state), seen.native_state if seen else ""))
    for name, provider, _, _ in rows:
        tell(name, "metadata", "provider", provider)
    for name, provider, (symbol, short), native in rows:
        tell(name, "provider-name", provider)
        tell(name, "state", symbol)
        tell(name, "state-human-short", short)
        tell(name, "state-human-long", f"{short} ({native})" if native else short)
    tell("", "ui", "info", "\n".join(human(rows)))


def human(rows: list[tuple[str, str, tuple[str, str], str]]) -> list[str]:
    """The columns that `vagrant status` shows: names, then the state with the provider behind it."""
    width = max([24, *(len(name) for name, *_ in rows)])
    return [f"{name:{width}}  {short} ({provider})" for name, provider, (_, short), _ in rows]
