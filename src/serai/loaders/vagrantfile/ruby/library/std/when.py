"""Dates and times out of text: `Time.parse`, `Date.parse`, `strptime`."""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.ruby.library.std.moment import offset_of
from serai.loaders.vagrantfile.ruby.library.std.strftime import DAYS, MONTHS, WHOLE

Parts = dict[str, int]
"""What is said of year, month, day, hour, minute, second, fraction (ns), offset (s), seconds (since 1970), yday"""

_MONTH = "|".join(name[:3] for name in MONTHS)
_ZONE = r"(?P<zone>[-+]\d\d:?\d\d|[-+]\d\d|Z|[A-Z]{3,4})"
_CLOCK = re.compile(
    rf"(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    rf"\s*(?P<half>[ap]\.?m\.?)?\s*{_ZONE}?(?![a-z])",
    re.IGNORECASE,
)
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>[-+]?\d{4,})-(?P<month>\d\d?)-(?P<day>\d\d?)",
        r"(?P<year>\d{4})/(?P<month>\d\d?)/(?P<day>\d\d?)",
        r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})",
        rf"(?P<day>\d\d?)(?:st|nd|rd|th)?[\s-]+(?P<name>{_MONTH})[a-z]*\.?,?[\s-]+(?P<year>\d{{4}})",
        rf"(?P<name>{_MONTH})[a-z]*\.?\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?:\d\d:\d\d:\d\d\s+(?:[A-Z]+\s+)?)?(?P<year>\d{{4}})",
        rf"(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?P<name>{_MONTH})[a-z]*",
        rf"(?P<name>{_MONTH})[a-z]*\.?\s+(?P<day>\d\d?)(?!\d)",
        rf"(?P<name>{_MONTH})[a-z]*\.?\s+(?P<year>\d{{4}})",
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d\d)(?![-\d])",
        r"(?<!\d)(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?(?!\d)",
    )
)


def parse(said: str) -> Parts:
    """What a text says of a date and a time; empty where it says nothing."""
    found: Parts = {}
    rest = said
    clock = _CLOCK.search(said)
    if clock is not None:
        found |= _clock(clock)
        rest = said[: clock.start()] + " " + said[clock.end() :]
    for place, pattern in enumerate(_DATES):
        date = pattern.search(rest)
        if date is not None:
            found |= _date(date)
            if place == len(_DATES) - 1:
                zone = re.match(rf"\s*{_ZONE}", rest[date.end() :])
                if zone is not None and offset_of(zone["zone"]) is not None:
                    found["offset"] = offset_of(zone["zone"]) or 0
            break
    return found


def _clock(clock: re.Match[str]) -> Parts:
    found = {"hour": int(clock["hour"]), "minute": int(clock["minute"]), "second": int(clock["second"] or 0)}
    if clock["fraction"]:
        found["fraction"] = int(clock["fraction"][:9].ljust(9, "0"))
    if clock["half"]:
        found["hour"] = found["hour"] % 12 + (12 if clock["half"].lower().startswith("p") else 0)
    offset = offset_of(clock["zone"]) if clock["zone"] else None
    if offset is not None:
        found["offset"] = offset
    return found


def _date(date: re.Match[str]) -> Parts:
    said = {name: text for name, text in date.groupdict().items() if text is not None}
    found = {name: int(text) for name, text in said.items() if name != "name"}
    if "name" in said:
        found["month"] = month(said["name"])
    return found


def month(name: str) -> int:
    return next(place for place, known in enumerate(MONTHS, 1) if known.lower().startswith(name.lower()[:3]))


_DIGITS = {
    "Y": ("year", r"[-+]?\d{1,4}"),
    "m": ("month", r"\d{1,2}"),
    "d": ("day", r"\s?\d{1,2}"),
    "e": ("day", r"\s?\d{1,2}"),
    "H": ("hour", r"\d{1,2}"),
    "k": ("hour", r"\s?\d{1,2}"),
    "I": ("hour", r"\d{1,2}"),
    "l": ("hour", r"\s?\d{1,2}"),
    "M": ("minute", r"\d{1,2}"),
    "S": ("second", r"\d{1,2}"),
    "s": ("seconds", r"-?\d+"),
    "j": ("yday", r"\d{1,3}"),
    "y": ("short", r"\d{1,2}"),
    "L": ("fraction", r"\d{1,3}"),
    "N": ("fraction", r"\d+"),
}
_WORDS = {
    "B": ("name", rf"(?:{'|'.join(MONTHS)}|{_MONTH})"),
    "A": ("", rf"(?:{'|'.join(DAYS)}|{'|'.join(day[:3] for day in DAYS)})"),
    "p": ("half", r"[ap]m"),
    "z": ("zone", r"[-+]\d\d:?\d\d|Z|[A-Za-z]{3,4}"),
}
_SAME = {"b": "B", "h": "B", "a": "A", "P": "p", "Z": "z"}


def strptime(said: str, pattern: str) -> Parts | None:
    """What the text says, read as the pattern has it; None where it is another one."""
    wanted, names = _expression(pattern)
    match = re.match(wanted, said, re.IGNORECASE)
    if match is None or match.end() != len(said):
        return None
    found: Parts = {}
    half = ""
    for name, text in zip(names, match.groups(), strict=True):
        if name == "name":
            found["month"] = month(text)
        elif name == "zone":
            found["offset"] = offset_of(text) or 0
        elif name == "half":
            half = text.lower()
        elif name == "short":
            found["year"] = int(text) + (1900 if int(text) >= 69 else 2000)
        elif name == "fraction":
            found["fraction"] = int(text[:9].ljust(9, "0"))
        elif name:
            found[name] = int(text)
    if half:
        found["hour"] = found.get("hour", 0) % 12 + (12 if half == "pm" else 0)
    return found


def _expression(pattern: str) -> tuple[str, list[str]]:
    made, at = "", 0
    names: list[str] = []
    while at < len(pattern):
        letter = pattern[at]
        if letter == "%" and at + 1 < len(pattern):
            step = re.match(r"%[-0^_:]*", pattern[at:])
            at += len(step[0]) if step else 1
            letter = pattern[at : at + 1]
            at += 1
            if letter in WHOLE:
                inner, more = _expression(WHOLE[letter])
                made, names = made + inner, names + more
            elif _SAME.get(letter, letter) in _WORDS or letter in _DIGITS:
                name, expression = _DIGITS.get(letter) or _WORDS[_SAME.get(letter, letter)]
                made, names = f"{made}({expression})", [*names, name]
            else:
                made += re.escape(letter)
            continue
        made += r"\s*" if letter.isspace() else re.escape(letter)
        at += 1
    return made, names
