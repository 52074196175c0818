"""Lines for a person, styled where a terminal shows it. It imports next to nothing: `status` and `up` use it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import TextIO

DIM, RED, GREEN, YELLOW, CYAN = 2, 31, 32, 33, 36
"""SGR codes of ECMA-48."""
STYLE = re.compile(r"\x1b\[[0-9;]*m")
_END = "\x1b[0m"
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""Control sequences, control strings, other escapes, and control characters. Source: ECMA-48, 5.2 to 5.6."""


def tinted(text: str, code: int) -> str:
    """The text in a colour, which `put` takes away where it would not be seen."""
    return f"\x1b[{code}m{text}{_END}"


def clean(text: str) -> str:
    """The text, with no power over a terminal: guests and servers have written a part of it.

    Styles stay, and end with it. Of a line that overwrites itself the last state is shown.
    """
    if text.isprintable():
        return text
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = _CONTROL.sub(lambda found: found[0] if STYLE.fullmatch(found[0]) else "", text)
    styles = STYLE.findall(text)
    return text if not styles or styles[-1] in (_END, "\x1b[m") else text + _END


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sees it; None is a stream that was closed before the start."""
    return stream is not None and stream.isatty()


def put(line: str, *, err: bool = False) -> None:
    """Print a line on stdout, or stderr: styles reach a terminal alone, and not where NO_COLOR is set."""
    stream = sys.stderr if err else sys.stdout
    line = clean(line)
    if not is_terminal(stream) or os.environ.get("NO_COLOR"):
        line = STYLE.sub("", line)
    if stream is not None:
        stream.write(f"{line}\n")


def progress() -> Callable[[str], None]:
    """Phrases on stderr: one line that changes on a terminal, else a line for each new phrase."""
    if not is_terminal(sys.stderr):
        last = ""

        def tell(phrase: str) -> None:
            nonlocal last
            word = phrase.split()[0]
            if word != last or word != "downloading":
                put(phrase, err=True)
            last = word

        return tell

    def show(phrase: str) -> None:
        sys.stderr.write(f"\r\x1b[K{clean(phrase)}" + ("" if phrase.startswith("downloading") else "\n"))
        sys.stderr.flush()

    return show
