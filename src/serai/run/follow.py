"""Following a log file as it grows, also when it is started anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from serai.run.wait import poll


def last(path: Path, lines: int) -> bytes:
    """The last `lines` lines as they are; empty when there is no such file. Negative: all of it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return b""
    return data if lines < 0 else b"".join(data.splitlines(keepends=True)[-lines:] if lines else [])


def follow(path: Path, *, budget: float | None = None) -> Iterator[bytes]:
    """What is written to `path` from now on; ends when nothing came for `budget` seconds (None: never)."""
    offset = path.stat().st_size if path.exists() else 0

    def grown() -> bytes | None:
        nonlocal offset
        try:
            with path.open("rb") as file:
                if file.seek(0, 2) < offset:
                    offset = 0
                file.seek(offset)
                data = file.read()
        except FileNotFoundError:
            offset = 0
            return None
        offset += len(data)
        return data or None

    while (data := poll(grown, budget=budget, most=0.25)) is not None:
        yield data
