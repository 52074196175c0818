"""A monitor that plays QEMU's part from a table of answers, for what the real one does not do on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serai.providers.qemu.qmp import QmpError

Answer = Any | Callable[[dict[str, Any]], Any]


class Monitor:
    """Answers by command; an answer that is an error is raised, a function is asked.

    `said` has what it was asked to do, in order.
    """

    def __init__(self, answers: Mapping[str, Answer] = {}, events: list[dict[str, Any]] | None = None) -> None:
        self.answers = dict(answers)
        self.pending = events or []
        self.said: list[tuple[str, dict[str, Any]]] = []

    def execute(self, command: str, arguments: dict[str, Any] | None = None) -> Any:
        self.said.append((command, arguments or {}))
        answer = self.answers.get(command, {})
        if isinstance(answer, Exception):
            raise answer
        return answer(arguments) if callable(answer) else answer

    def hmp(self, line: str) -> str:
        self.said.append((line, {}))
        return str(self.answers.get(line, ""))

    def pass_file(self, name: str, handle: int) -> None:
        self.said.append(("getfd", {"fdname": name}))

    def wait_event(self, name: str, *, timeout: float) -> dict[str, Any] | None:
        return self.pending.pop(0) if self.pending else None

    def asked(self, command: str) -> list[dict[str, Any]]:
        """The arguments of each time that it was given this command."""
        return [arguments for each, arguments in self.said if each == command]


def refusal(command: str, text: str) -> QmpError:
    return QmpError(command, "GenericError", text)
