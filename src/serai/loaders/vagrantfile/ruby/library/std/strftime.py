"""`strftime`, with Ruby's flags and widths: `%-d`, `%^a`, `%010s`, `%:z`, `%3N`."""

from __future__ import annotations

import re
from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.std.moment import Moment, said_offset

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DIRECTIVE = re.compile(r"%([-0^#_]*)(\d*)([EO]?)(:{0,2})([A-Za-z%])")
WIDEST = 1024
"""Ruby refuses more; so do we."""

NUMBERS: dict[str, tuple[Callable[[Moment], int], int, str]] = {
    "Y": (lambda m: m.parts.year, 4, "0"),
    "C": (lambda m: m.parts.year // 100, 2, "0"),
    "y": (lambda m: m.parts.year % 100, 2, "0"),
    "m": (lambda m: m.parts.month, 2, "0"),
    "d": (lambda m: m.parts.day, 2, "0"),
    "e": (lambda m: m.parts.day, 2, " "),
    "j": (lambda m: m.parts.timetuple().tm_yday, 3, "0"),
    "H": (lambda m: m.parts.hour, 2, "0"),
    "k": (lambda m: m.parts.hour, 2, " "),
    "I": (lambda m: (m.parts.hour + 11) % 12 + 1, 2, "0"),
    "l": (lambda m: (m.parts.hour + 11) % 12 + 1, 2, " "),
    "M": (lambda m: m.parts.minute, 2, "0"),
    "S": (lambda m: m.parts.second, 2, "0"),
    "u": (lambda m: m.parts.isoweekday(), 1, "0"),
    "w": (lambda m: m.parts.isoweekday() % 7, 1, "0"),
    "G": (lambda m: m.parts.isocalendar().year, 4, "0"),
    "g": (lambda m: m.parts.isocalendar().year % 100, 2, "0"),
    "V": (lambda m: m.parts.isocalendar().week, 2, "0"),
    "U": (lambda m: int(m.parts.strftime("%U")), 2, "0"),
    "W": (lambda m: int(m.parts.strftime("%W")), 2, "0"),
    "s": (lambda m: m.seconds, 1, "0"),
}
"""Directive → number, width, filling."""
TEXTS: dict[str, Callable[[Moment], str]] = {
    "A": lambda m: DAYS[m.parts.weekday()],
    "a": lambda m: DAYS[m.parts.weekday()][:3],
    "B": lambda m: MONTHS[m.parts.month - 1],
    "b": lambda m: MONTHS[m.parts.month - 1][:3],
    "h": lambda m: MONTHS[m.parts.month - 1][:3],
    "p": lambda m: "PM" if m.parts.hour >= 12 else "AM",
    "P": lambda m: "pm" if m.parts.hour >= 12 else "am",
    "Z": lambda m: m.zone or "",
    "n": lambda m: "\n",
    "t": lambda m: "\t",
    "%": lambda m: "%",
}
WHOLE = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "x": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "R": "%H:%M",
    "r": "%I:%M:%S %p",
    "v": "%e-%^b-%4Y",
}
"""Directives that stand for several."""


def strftime(moment: Moment, pattern: str) -> str:
    """The moment as the pattern says; an unknown directive stays as it is."""

    def shown(found: re.Match[str]) -> str:
        flags, width, _locale, colons, letter = found.groups()
        wide = min(int(width), WIDEST) if width else 0
        if colons and letter != "z":
            return found[0]
        if letter in NUMBERS:
            read, usual, filling = NUMBERS[letter]
            return _number(read(moment), usual, filling, flags, wide)
        if letter in ("N", "L"):
            return f"{moment.fraction:09}".ljust(wide, "0")[: wide or (3 if letter == "L" else 9)]
        if letter == "z":
            return _offset(moment.offset, len(colons), flags, wide)
        if letter in WHOLE:
            return _cased(strftime(moment, WHOLE[letter]), flags, wide)
        if letter in TEXTS:
            return _cased(TEXTS[letter](moment), flags, wide, letter)
        return found[0]

    return _DIRECTIVE.sub(shown, pattern)


def _number(number: int, usual: int, filling: str, flags: str, width: int) -> str:
    if "-" in flags:
        return str(number)
    for flag in flags:
        filling = {"0": "0", "_": " "}.get(flag, filling)
    return str(number).rjust(width or usual, filling)


def _cased(said: str, flags: str, width: int, letter: str = "") -> str:
    if "^" in flags or ("#" in flags and letter != "p"):
        said = said.upper() if letter != "Z" or "^" in flags else said.lower()
    elif "#" in flags:
        said = said.lower()
    return said.rjust(width, "0" if "0" in flags else " ")


def _offset(offset: int, colons: int, flags: str, width: int) -> str:
    said = said_offset(offset, colons)
    if len(said) >= width:
        return said
    if "_" in flags:
        return (said[0] + said[1:].lstrip("0")).rjust(width)
    return said[0] + said[1:].rjust(width - 1, "0")
