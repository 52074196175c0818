"""How commands and files get into a guest, whatever the way in is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from serai.util.process import Result

OnLine = Callable[[str], None]
"""Told each line of output (stdout and stderr together) as it comes, without its newline."""


class Transport(Protocol):
    """A way into one machine; `guest.connect.connect(endpoint)` makes the right one."""

    def run(
        self,
        command: str,
        *,
        input: bytes | None = None,
        env: Mapping[str, str] = {},
        timeout: float | None = None,
        on_line: OnLine | None = None,
        check: bool = True,
    ) -> Result:
        """Run `command` by the guest's `sh -c`. With `check`, Code.FAILED for a non-zero exit.

        Code.NETWORK when the way in itself fails (refused, key refused, timed out), with the cause.
        """
        ...

    def put(self, source: Path, destination: str, *, mode: str | None = None, owner: str | None = None) -> None:
        """Copy a file or a tree into the guest; as root where the destination needs it."""
        ...

    def get(self, source: str, destination: Path) -> None:
        """Copy a file or a tree out of the guest; nothing of it may land outside `destination`."""
        ...

    def open(self) -> None:
        """Open the way in if it is not open: Code.NETWORK with the cause when that fails."""
        ...

    def argv(self, command: str | None = None, *, tty: bool = False) -> list[str]:
        """The program and words that a person would type: to be exec'ed for an interactive session."""
        ...

    def close(self) -> None:
        """End the shared connection, if there is one."""
        ...
