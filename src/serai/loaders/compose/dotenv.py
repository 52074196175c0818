"""Environment files: `.env` and those of `env_file`, with their quotes, comments and variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from serai.loaders.compose.interpolate import Look, Wrong, substitute

_START = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*([=:]?)")
_COMMENT = re.compile(r"(^|[ \t])#.*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$", "`": "`"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Line(Exception):
    """What is wrong, in which line."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


def entries(text: str, look: Look, *, raw: bool = False) -> dict[str, str]:
    """Names and values; `look` knows what the environment has. `raw`: values are all that is in the line.

    A name without a value is taken from the environment, if it is there. Raises Line.
    Source: Compose specification, `env_file`, and the guide to interpolation for `.env`.
    """
    found: dict[str, str] = {}

    def known(name: str) -> str | None:
        value = look(name)
        return found.get(name) if value is None else value

    for line, name, value, quote in _pieces(text, raw=raw):
        if value is None:
            inherited = look(name)
            if inherited is not None:
                found[name] = inherited
        elif raw:
            found[name] = value
        elif quote == "'":
            found[name] = _ESCAPE.sub(lambda part: "'" if part[1] == "'" else part[0], value)
        else:
            if quote == '"':
                value = _ESCAPE.sub(lambda part: _ESCAPES.get(part[1], part[0]), value)
            try:
                found[name] = substitute(value, known, lambda _name: None)
            except Wrong as wrong:
                hint = wrong.hint or "single quotes keep a $ as it is"
                raise Line(line, f"{name}: {wrong}", hint) from wrong
    return found


def _pieces(text: str, *, raw: bool) -> Iterator[tuple[int, str, str | None, str]]:
    """Line, name, value as written (None: there is none), and the quote that it stood in."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        line, number = lines[at], at + 1
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        start = _START.match(line)
        if start is None or (not start[2] and not raw and _COMMENT.sub("", line[start.end() :]).strip()):
            raise Line(number, f"{line.strip()[:40]!r} is not NAME=VALUE")
        rest = line[start.end() :]
        if not start[2]:
            yield number, start[1], None, ""
        elif raw:
            yield number, start[1], rest, ""
        elif (rest := rest.lstrip(" \t"))[:1] in ("'", '"'):
            value, at = _quoted(lines, at - 1, rest)
            yield number, start[1], value, rest[0]
        else:
            yield number, start[1], _COMMENT.sub("", rest).rstrip(), ""


def _quoted(lines: list[str], at: int, rest: str) -> tuple[str, int]:
    """The value between quotes, which may go over lines, and the number of the line after it."""
    quote, number, text = rest[0], at + 1, rest[1:]
    closing = re.compile(rf"(?:[^\\{quote}]|\\.)*{quote}", re.DOTALL)
    parts = [text]
    while (end := closing.match("\n".join(parts))) is None:
        at += 1
        if at >= len(lines):
            raise Line(number, f"a value without its closing {quote}")
        parts.append(lines[at])
    whole = "\n".join(parts)
    after = whole[end.end() :].strip()
    if after and not after.startswith("#"):
        raise Line(at + 1, f"{after[:40]!r} behind the closing {quote}")
    return whole[: end.end() - 1], at + 1
