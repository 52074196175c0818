"""What went wrong in a playbook, from the lines that it showed."""

from __future__ import annotations

import json
import re

from serai.provisioners.job import Job
from serai.util.errors import Code, SeraiError

TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*)\] \*+$")
FATAL = re.compile(r"^(?:fatal|failed): \[([^\]]+)\](?:: (FAILED|UNREACHABLE)!|.*?) => (.*)$")
ERROR = re.compile(r"^(?:\[ERROR\]: |ERROR! )(.*)$")
TOLD_CHARACTERS = 300
"""Of one message."""


class Story:
    """Hears a playbook, and knows which task failed first, where, and why."""

    def __init__(self) -> None:
        self.task = ""
        self._failed = ""
        self._error = ""

    @property
    def cause(self) -> str:
        """Of a task, else Ansible's own first error; empty: nothing was heard."""
        return self._failed or self._error

    def hear(self, line: str) -> None:
        """One line of Ansible's usual output."""
        if match := TASK.match(line):
            self.task = match[1]
        elif line.strip() == "...ignoring":
            self._failed = self._error = ""
        elif match := FATAL.match(line):
            where, how, rest = match.groups()
            verb = "cannot reach" if how == "UNREACHABLE" else "failed on"
            self._failed = self._failed or f"task {self.task!r} {verb} {where}: {_message(rest)}"
        elif match := ERROR.match(line):
            self._error = self._error or _short(match[1])

    def told(self, job: Job, error: SeraiError) -> SeraiError:
        """The error of the run, with the cause that was heard."""
        if error.code is Code.MISSING:
            hint = "install Ansible: apt install ansible, or pipx install ansible-core"
            return job.fail(error.message, hint=hint, code=Code.MISSING)
        if error.code is not Code.FAILED or not self.cause:
            return error
        return job.fail(self.cause, details=error.details)


def _message(rest: str) -> str:
    """`msg` of a task's result, else the result itself."""
    try:
        data = json.loads(rest)
    except ValueError:
        return _short(rest)
    if not isinstance(data, dict):
        return _short(rest)
    text = data.get("censored") or data.get("msg") or rest
    errors = data.get("stderr") or data.get("module_stderr") or ""
    last = errors.strip().splitlines()[-1:] if isinstance(errors, str) else []
    return _short(": ".join([str(text), *last]))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TOLD_CHARACTERS else f"{line[: TOLD_CHARACTERS - 3]}..."
