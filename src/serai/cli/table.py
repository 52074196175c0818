"""Tables of machines: columns, states in colour, addresses. For `serai status` too: it imports next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from serai.cli.say import GREEN, RED, STYLE, YELLOW, tinted

COLOURS = {
    "ready": GREEN,
    "running": GREEN,
    "failed": RED,
    "unknown": RED,
    "paused": YELLOW,
    "suspended": YELLOW,
}


def coloured(state: str) -> str:
    """A state's word in its colour, which a terminal shows."""
    code = COLOURS.get(str(state))
    return tinted(state, code) if code else str(state)


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
