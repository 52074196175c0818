"""Which state failed first, on which minion, and why, from the lines that salt showed."""

from __future__ import annotations

import re

FIELD = re.compile(r"^ +(ID|Function|Name|Result|Comment|Started|Duration|Changes): ?(.*)$")
"""A line of a state. Source: Salt's highstate outputter."""
MINION = re.compile(r"^(\S.*):$")
WORD = re.compile(r"^ +(\w+):$")
"""A part of what a state says of its changes."""
FAILED_TO_COMPILE = ("Data failed to compile:", "Rendering SLS", "Pillar failed to render")
TOLD_CHARACTERS = 300
"""Of one message."""


class Story:
    """Hears salt's usual output."""

    def __init__(self) -> None:
        self._minion = ""
        self._field = ""
        self._state: dict[str, list[str]] = {}
        self._first = ""

    @property
    def cause(self) -> str:
        """Of the first state that failed, or of what could not be compiled; empty: nothing was heard."""
        self._close()
        return self._first

    def hear(self, line: str) -> None:
        """One line."""
        text = line.strip()
        if match := MINION.match(line):
            self._close()
            self._minion = match[1]
        elif match := FIELD.match(line):
            if match[1] == "ID":
                self._close()
            self._field = match[1]
            self._state[self._field] = [match[2].strip()]
        elif any(text.startswith(word) for word in FAILED_TO_COMPILE):
            self._field = "compile"
            self._state.setdefault("compile", []).append(text.removeprefix(FAILED_TO_COMPILE[0]))
        elif self._field in ("Changes", "stdout", "stderr") and (match := WORD.match(line)):
            self._field = match[1] if match[1] in ("stdout", "stderr") else "Changes"
        elif self._field in ("Comment", "stderr", "compile") and text.strip("-"):
            self._state.setdefault(self._field, []).append(text)

    def _close(self) -> None:
        """The state that was heard to its end is the cause, if it failed and is the first."""
        state, self._state, self._field = self._state, {}, ""
        where = "" if self._minion in ("", "local") else f" on {self._minion}"
        if self._first or not state:
            return
        if "compile" in state:
            self._first = _short(
                f"the states could not be compiled{where}: {' '.join(filter(None, state['compile']))}"
            )
        elif state.get("Result") == ["False"]:
            name, function = (" ".join(state.get(key, ())) for key in ("ID", "Function"))
            said = [" ".join(filter(None, state.get("Comment", ()))), *state.get("stderr", ())[-1:]]
            self._first = _short(f"state {name!r} ({function}) failed{where}: {': '.join(filter(None, said))}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TOLD_CHARACTERS else f"{line[: TOLD_CHARACTERS - 3]}..."
