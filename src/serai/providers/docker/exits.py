"""Why a container ended, in a sentence: exit code, signal, memory, a command that is not there. Pure."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

from serai.util.units import format_size

NOT_FOUND = re.compile(r'exec: "?([^":]+)"?: (?:executable file not found|stat [^:]*: no such file)')
NO_RIGHT = re.compile(r'exec: "?([^":]+)"?: permission denied')
TAKEN = re.compile(r"(?:Bind for|address already in use|port is already allocated|listen \w+)")


def why(state: Mapping[str, Any], memory: int = 0) -> str:
    """Of an inspected container's `State`; empty when it runs. `memory`: its limit in bytes, 0 for none."""
    if state.get("Running") and not state.get("Restarting"):
        return ""
    if message := str(state.get("Error") or ""):
        return of_start(message)
    code = int(state.get("ExitCode") or 0)
    if state.get("OOMKilled"):
        limit = f" (its limit is {format_size(memory)})" if memory else ""
        return f"the kernel killed it, for it took too much memory{limit}"
    return of_code(code)


def of_code(code: int) -> str:
    """What an exit code says. Source: docker run reference, exit status; bash(1), EXIT STATUS."""
    if code == 0:
        return "its command ended by itself, with exit code 0"
    if code in (126, 127):
        what = "cannot be run" if code == 126 else "is not there"
        return f"its command {what} (exit code {code})"
    if code > 128:
        try:
            return f"it was ended by {signal.Signals(code - 128).name} (exit code {code})"
        except ValueError:
            pass
    return f"its command ended with exit code {code}"


def of_start(message: str) -> str:
    """What the engine says of a container that it could not start, shorter."""
    if found := NOT_FOUND.search(message):
        return f"its command {found[1]} is not in the image"
    if found := NO_RIGHT.search(message):
        return f"its command {found[1]} may not be run: permission denied"
    return message.strip()


def is_port(message: str) -> bool:
    """Whether a start failed for a port that somebody has."""
    return bool(TAKEN.search(message))
