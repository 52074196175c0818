"""What all ways into a guest have in common: a local program that runs a shell line inside it."""

from __future__ import annotations

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import IO

from serai.guest import copy
from serai.guest.stream import Output, stream
from serai.guest.transport import OnLine
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

MARK = "SERAI_RUN"
"""Environment variable that marks all processes of one run, so that they can be found and ended."""

# Ends every process whose environment holds the mark, with its words read from $1. Needs /proc, sh and grep alone.
_KILL = f"""for p in /proc/[0-9]*; do
  grep -q "{MARK}=$1" "$p/environ" 2>/dev/null && kill -s "$2" "${{p#/proc/}}" 2>/dev/null
done; true"""
KILL_BUDGET = 10.0


class PipeTransport(ABC):
    """A Transport over a local program (ssh, docker exec, …) with the guest's stdin, stdout and exit code."""

    def __init__(self, name: str, user: str) -> None:
        self.name = name
        self.user = user

    @abstractmethod
    def argv(self, command: str | None = None, *, tty: bool = False) -> list[str]: ...

    @abstractmethod
    def close(self) -> None: ...

    def open(self) -> None:
        """Open what has to be open before a program is handed the way; raises Code.NETWORK."""
        return

    @abstractmethod
    def words(self, script: str) -> list[str]:
        """The local argv that runs `script` by the guest's sh; opens what has to be open."""

    @abstractmethod
    def broken(self, code: int, stderr: str) -> SeraiError | None:
        """The error when it was the way in that failed, None when the command itself ended with `code`."""

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
        """See Transport.run. After `timeout` the command is ended in the guest too: Code.TIMEOUT."""
        run = os.urandom(8).hex()
        exports = "".join(f"export {key}={quote(value)}; " for key, value in {MARK: run, **env}.items())
        merge = "exec 2>&1; " if on_line else ""
        # A shell of its own: only what a process was started with is in its /proc/PID/environ.
        words = self.words(f"{exports}exec /bin/sh -c {quote(merge + command)}")
        try:
            output = stream(words, input=input, timeout=timeout, on_line=on_line)
        except BaseException:
            with suppress(SeraiError):
                self.end(run)
            raise
        if output.timed_out:
            self.end(run)
            raise SeraiError(
                Code.TIMEOUT, f"{self.name}: a command did not end within {timeout:g} s: {_short(command)}"
            )
        return self._finish(command, output, check)

    def _finish(self, command: str, output: Output, check: bool) -> Result:
        stdout, stderr = output.stdout.decode(errors="replace"), output.stderr.decode(errors="replace")
        if output.code and (error := self.broken(output.code, stderr or stdout)):
            raise error
        result = Result(["sh", "-c", command], output.code, stdout, stderr)
        if check and not result.ok:
            tail = [line for line in (stderr or stdout).splitlines() if line.strip()][-15:]
            raise SeraiError(
                Code.FAILED,
                f"{self.name}: a command ended with exit code {output.code}: {_short(command)}",
                details=tail,
            )
        return result

    def end(self, run: str) -> None:
        """End what is left of one run inside the guest: asked first, then killed."""
        script = f"set -- {run} TERM; {_KILL}; sleep 1; set -- {run} KILL; {_KILL}"
        stream(self.words(as_root(script)), timeout=KILL_BUDGET)

    def popen(self, script: str, stderr: IO[bytes], *, sending: bool) -> subprocess.Popen[bytes]:
        """Start `script` with a pipe to it (`sending`) or from it."""
        return subprocess.Popen(
            self.words(script),
            stdin=subprocess.PIPE if sending else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if sending else subprocess.PIPE,
            stderr=stderr,
        )

    def put(self, source: Path, destination: str, *, mode: str | None = None, owner: str | None = None) -> None:
        """See Transport.put. A tree's content lands in `destination` itself; after a final `/`, below it."""
        copy.put(self, source, destination, mode=mode, owner=owner)

    def get(self, source: str, destination: Path) -> None:
        """See Transport.get. Into an existing directory, or after a final `/`, it keeps its own name."""
        copy.get(self, source, destination)


def as_root(script: str) -> str:
    """Shell text that runs `script` as root: at once, or through sudo or doas without a password."""
    inner = quote(script)
    return (
        f'if [ "$(id -u)" = 0 ]; then sh -c {inner}; '
        f"elif command -v sudo >/dev/null 2>&1; then sudo -n sh -c {inner}; "
        f"elif command -v doas >/dev/null 2>&1; then doas -n sh -c {inner}; "
        f"else echo {quote(NO_ROOT)} >&2; exit {NO_ROOT_CODE}; fi"
    )


NO_ROOT = "serai: this needs root, and the guest has neither sudo nor doas"
NO_ROOT_CODE = 126


def _short(command: str) -> str:
    line = " ".join(command.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
