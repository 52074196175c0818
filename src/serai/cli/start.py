"""Where the process begins and ends. `status` and a plain `up` need no click; all else is for `serai.cli.main`.

click takes a third of the CPU of a `status` that finds its project kept (see benchmarks/bench_status.py), and a
tenth of what an `up` does until its machine starts.
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
    open_streams()
    words = list(sys.argv[1:] if args is None else args)
    if is_plain(words):
        leave(_plainly(words))
    from serai.cli.main import run

    leave(run(words))


def open_streams() -> None:
    """A standard stream that was closed before the start is /dev/null from here on.

    Else the next file that is opened has its number, and gets what is printed.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, errors="backslashreplace", closefd=False))  # noqa: SIM115


PLAIN = {"status": {"--json"}, "up": {"--json", "-y", "--yes"}}
"""Command -> the options with which it is plain."""


def is_plain(words: list[str]) -> bool:
    """Whether it is a command of PLAIN with names and these options, and no shell that asks what comes next."""
    options = PLAIN.get(words[0]) if words else None
    return (
        options is not None
        and all(word in options or not word.startswith("-") for word in words[1:])
        and "_SERAI_COMPLETE" not in os.environ
    )


def _plainly(words: list[str]) -> int:
    try:
        from serai.cli.options import Options
        from serai.spec.notes import leave_out

        leave_out()
        obj = Options(os.environ.get("SERAI_FILE") or None)
        names = tuple(word for word in words[1:] if not word.startswith("-"))
        return _status(obj, names, words) if words[0] == "status" else _up(obj, names, words)
    except BaseException as error:  # noqa: BLE001 - `ended` raises what is not the command line's
        from serai.cli.main import ended

        return ended(error, words)


def _status(obj: object, names: tuple[str, ...], words: list[str]) -> int:
    from serai.cli.states import status

    status(obj, names, as_json="--json" in words)
    return 0


def _up(obj: object, names: tuple[str, ...], words: list[str]) -> int:
    from serai.cli.bring import bring
    from serai.plan.up import DEFAULTS

    yes = "-y" in words or "--yes" in words
    return bring(obj, names, DEFAULTS, yes=yes, as_json="--json" in words)


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
