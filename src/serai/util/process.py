"""The one way to run another program: no shell, captured, with a budget and a clear error."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from serai.util.errors import Code, SeraiError


class Result:
    """What a finished program left: exit code and both streams as text."""

    __slots__ = ("argv", "code", "stderr", "stdout")

    def __init__(self, argv: Sequence[str], code: int, stdout: str, stderr: str) -> None:
        self.argv = tuple(argv)
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    @property
    def ok(self) -> bool:
        return self.code == 0


def which(program: str, package: str = "") -> str:
    """The program's path. Raises Code.MISSING, naming the Debian package when one is given."""
    found = shutil.which(program)
    if not found and os.path.exists(sbin := f"/usr/sbin/{program}"):  # noqa: PTH110 - hot path, no pathlib
        return sbin
    if not found:
        hint = f"install it: apt install {package}" if package else ""
        raise SeraiError(Code.MISSING, f"the program {program} is not installed", hint=hint)
    return found


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    input: str | None = None,
    timeout: float | None = 600,
    check: bool = True,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run to the end and capture. `env` is added to the environment.

    Raises Code.MISSING when the program is not there, Code.TIMEOUT after `timeout` seconds, and, with
    `check`, Code.FAILED for a non-zero exit, with the last lines of stderr as details.
    """
    words = [os.fspath(word) for word in argv]
    try:
        done = subprocess.run(
            words,
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            check=False,
        )
    except FileNotFoundError as error:
        raise SeraiError(Code.MISSING, f"the program {words[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise SeraiError(Code.TIMEOUT, f"{words[0]} did not end within {timeout:g} s") from error
    result = Result(words, done.returncode, done.stdout, done.stderr)
    if check and not result.ok:
        tail = [line for line in (result.stderr or result.stdout).splitlines() if line.strip()][-8:]
        cause = tail[-1].strip() if tail else "no message"
        raise SeraiError(
            Code.FAILED, f"{Path(words[0]).name} ended with exit code {result.code}: {cause}", details=tail
        )
    return result
