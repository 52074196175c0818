"""What a plain scalar of YAML is to Psych: YAML 1.1 with Ruby's symbols."""

from __future__ import annotations

import re
from datetime import date, datetime

from serai.loaders.vagrantfile.ruby.library.std.moment import SECOND, Moment, as_seconds, fixed, in_utc
from serai.loaders.vagrantfile.ruby.values import Sym

_WORD = re.compile(r"[^\d.:-]?[^\W\d]|[^\d.:-]?[_\s!@#$%^&*(){}<>|/\\~;=]")
_TIME = re.compile(
    r"-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?\Z"
)
_DATE = re.compile(r"(\d{4})-(1[012]|0\d|\d)-([12]\d|3[01]|0\d|\d)\Z")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}(\.[0-9_]*)?\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][+-][0-9]+)?\Z")
_WHOLE = re.compile(
    r"(?P<two>[-+]?0b[01_,]+)\Z|(?P<eight>[-+]?0[0-7_,]+)\Z|(?P<ten>[-+]?(?:0|[1-9](?:[_,]?[0-9])*))\Z|(?P<hex>[-+]?0x[0-9a-fA-F_,]+)\Z"
)
BASES = {"two": 2, "eight": 8, "ten": 10, "hex": 16}
TRUE, FALSE = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off"})
LONGEST_WORD = 5
"""Letters of `false`: no longer text is anything but text."""
LONGEST_NUMBER = 4_000
"""Digits that Python reads."""

Scalar = str | Sym | int | float | bool | None | date | Moment


def scalar(said: str) -> Scalar:
    """The value of a plain scalar."""
    if not said:
        return None
    if "\n" in said or (_WORD.match(said) and not said[0].isdigit()):
        return _word(said)
    if _TIME.match(said):
        return _moment(said)
    day = _DATE.match(said)
    if day is not None:
        return _day(said, day)
    lower = said.lower()
    if lower in (".inf", "+.inf"):
        return float("inf")
    if lower in ("-.inf", ".nan"):
        return float(lower.replace(".", ""))
    if said[0] == ":" and len(said) > 1:
        inner = said[1:]
        return Sym(inner[1:-1] if inner[0] in "\"'" and inner[-1] == inner[0] and len(inner) > 1 else inner)
    return _number(said)


def _word(said: str) -> Scalar:
    lower = said.lower()
    if len(said) > LONGEST_WORD:
        return said
    if said == "~" or lower == "null":
        return None
    return True if lower in TRUE else False if lower in FALSE else said


def _moment(said: str) -> Scalar:
    """A time; without an offset it is in UTC."""
    from serai.loaders.vagrantfile.ruby.library.std.when import parse

    parts = parse(said)
    try:
        shown = as_seconds(_parts(parts)) * SECOND + parts.get("fraction", 0)
    except ValueError:
        return said
    offset = re.search(r"[-+](\d{1,2}):?(\d\d)?\Z", said[10:])
    if offset is None:
        return in_utc(shown)
    seconds = (int(offset[1]) * 60 + int(offset[2] or 0)) * 60 * (-1 if offset[0][0] == "-" else 1)
    return fixed(shown - seconds * SECOND, seconds)


def _parts(parts: dict[str, int]) -> datetime:
    names = ("year", "month", "day", "hour", "minute", "second")
    return datetime(*(parts.get(name, 0) for name in names))  # type: ignore[arg-type]


def _day(said: str, day: re.Match[str]) -> Scalar:
    try:
        return date(int(day[1]), int(day[2]), int(day[3]))
    except ValueError:
        return said


def _number(said: str) -> Scalar:
    if len(said) > LONGEST_NUMBER:
        return said
    if _SIXTIES.match(said):
        total: float = 0
        for place, part in enumerate(said.split(":")):
            number = float(part.replace("_", "")) if "." in part else int(part.replace("_", ""))
            total += number * 60 ** abs(place - 2)
        return float(total) if "." in said else total
    if _FLOAT.match(said):
        digits = re.sub("[,_]", "", said)
        return said if not re.search(r"\d", digits.lower().partition("e")[0]) else float(digits)
    whole = _WHOLE.match(said)
    if whole is None or whole.lastgroup is None:
        return said
    digits = re.sub("[,_]", "", said)
    digits = re.sub(r"^([-+]?)0[bx]", r"\1", digits)
    return int(digits, BASES[whole.lastgroup]) if re.search(r"[0-9a-fA-F]", digits) else said
