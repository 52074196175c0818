"""Tables of machines: columns, states in colour, addresses. For `serai status` too: it imports next to nothing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

RED, GREEN, YELLOW = 31, 32, 33
COLOURS = {
    "ready": GREEN,
    "running": GREEN,
    "failed": RED,
    "unknown": RED,
    "paused": YELLOW,
    "suspended": YELLOW,
}
"""SGR codes of ECMA-48."""
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def coloured(state: str) -> str:
    """A state's word in its colour, which a terminal shows."""
    code = COLOURS.get(str(state))
    return f"\x1b[{code}m{state}\x1b[0m" if code else str(state)


def put(line: str) -> None:
    """Print a line on stdout: styles reach a terminal alone, and not where NO_COLOR is set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        line = STYLE.sub("", line)
    sys.stdout.write(f"{line}\n")


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Text columns, two spaces apart, without trailing blanks. ANSI styles do not count as width."""
    if not rows:
        return []
    lengths = [[len(STYLE.sub("", cell)) for cell in row] for row in rows]
    widths = [max(column) for column in zip(*lengths, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - length) for cell, length, width in zip(row, its, widths, strict=True)
        ).rstrip()
        for row, its in zip(rows, lengths, strict=True)
    ]


def where(seen: Any) -> str:
    """Of an Observed, or None: addresses, then forwards as `8080->80`."""
    if not seen:
        return ""
    words = list(seen.addresses)
    for forward in seen.forwards:
        words.append("ssh " + str(forward.host) if forward.id == "ssh" else f"{forward.host}->{forward.guest}")
    return " ".join(words)
