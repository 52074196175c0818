"""Where the process begins and ends. `serai status` is answered without click; all else is for `serai.cli.main`.

click takes a third of the CPU of a `status` that finds its project kept (see benchmarks/bench_status.py).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

SELDOM = 50_000
"""New objects between two looks for garbage: hardly any of what a command makes, and its imports, ever is."""


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: runs the command and ends the process with its exit code."""
    gc.set_threshold(SELDOM)
    words = list(sys.argv[1:] if args is None else args)
    if is_plain_status(words):
        leave(_status(words[1:]))
    from serai.cli.main import run

    leave(run(words))


def is_plain_status(words: list[str]) -> bool:
    """Whether it is `status [NAME]… [--json]`, and no shell that asks what comes next."""
    return (
        words[:1] == ["status"]
        and all(word == "--json" or not word.startswith("-") for word in words[1:])
        and "_SERAI_COMPLETE" not in os.environ
    )


def _status(words: list[str]) -> int:
    try:
        from serai.cli.options import Options
        from serai.cli.states import status

        names = tuple(word for word in words if word != "--json")
        status(Options(os.environ.get("SERAI_FILE") or None), names, as_json=len(names) < len(words))
    except BaseException as error:  # noqa: BLE001 - `ended` raises what is not the command line's
        from serai.cli.main import ended

        return ended(error, ["status", *words])
    return 0


def leave(code: int) -> NoReturn:
    """End the process at once. Python would free every object first, which takes an eighth of `serai status`."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except AttributeError:  # a stream that was closed before the start
        sys.exit(code)
    except OSError as error:  # a full disk; a command that failed has told its reason, and it is told once
        if code == 0:
            from serai.cli.main import show, unforeseen

            told = unforeseen(error)
            show(told)
            code = told.exit_code
    os._exit(code)
