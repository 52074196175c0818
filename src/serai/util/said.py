"""What a program says of itself, kept in the cache as long as the program is the same."""

from __future__ import annotations

import os
from pathlib import Path

from serai.util import paths
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.process import run


def said(program: str, *words: str) -> str:
    """Both of its streams, when it is run with these words; its exit code does not matter.

    Raises Code.MISSING when it is not there.
    """
    try:
        status = os.stat(program)  # noqa: PTH116 - asked at each start
    except OSError as error:
        raise SeraiError(Code.MISSING, f"the program {program} is not there") from error
    stamp = f"{os.path.realpath(program)} {status.st_mtime_ns} {status.st_size} {words}"
    file = paths.home() / "cache" / f"{Path(program).name}-{sha256(stamp.encode()).hexdigest()[:16]}.txt"
    try:
        return file.read_text()
    except FileNotFoundError:
        done = run([program, *words], check=False)
    text = done.stdout + done.stderr
    private_dir(file.parent)
    write_atomic(file, text, sync=False)
    return text
