"""A moment in time and where it is read: what Time and DateTime hold."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from serai.loaders.vagrantfile.ruby.runtime import Runtime

SECOND = 10**9
"""Nanoseconds."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(msgspec.Struct, frozen=True):
    """Nanoseconds since 1970 in UTC, and the offset in seconds that its parts are read with."""

    nanoseconds: int
    offset: int = 0
    zone: str | None = "UTC"
    """`CET`; None for a fixed offset."""
    utc: bool = True
    summer: bool = False

    @property
    def seconds(self) -> int:
        return self.nanoseconds // SECOND

    @property
    def fraction(self) -> int:
        """Nanoseconds of the second."""
        return self.nanoseconds % SECOND

    @property
    def parts(self) -> datetime:
        """Year to second, without a zone. Raises OverflowError outside of the years 1 to 9999."""
        return (EPOCH + timedelta(seconds=self.seconds + self.offset)).replace(tzinfo=None)

    def moved(self, nanoseconds: int) -> Moment:
        return msgspec.structs.replace(self, nanoseconds=self.nanoseconds + nanoseconds)


def in_utc(nanoseconds: int) -> Moment:
    return Moment(nanoseconds)


def fixed(nanoseconds: int, offset: int) -> Moment:
    return Moment(nanoseconds, offset, None, False)


def local(rt: Runtime, nanoseconds: int) -> Moment:
    """Read where the host is, or where ENV["TZ"] says."""
    name = rt.environ.get("TZ")
    seconds = nanoseconds // SECOND
    if name:
        try:
            there = datetime.fromtimestamp(seconds, ZoneInfo(name.lstrip(":")))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            there = datetime.fromtimestamp(seconds, UTC)
        offset = there.utcoffset() or timedelta()
        return Moment(nanoseconds, int(offset.total_seconds()), there.tzname(), False, bool(there.dst()))
    told = time.localtime(seconds)
    return Moment(nanoseconds, told.tm_gmtoff, told.tm_zone, False, told.tm_isdst > 0)


def as_seconds(parts: datetime) -> int:
    """Seconds since 1970 of parts that are read in UTC."""
    return int((parts.replace(tzinfo=UTC) - EPOCH).total_seconds())


def at_local(rt: Runtime, parts: datetime, fraction: int) -> Moment:
    """The moment that a local clock shows as these parts: the first, where it shows them twice."""
    wanted = as_seconds(parts)
    guess = local(rt, wanted * SECOND)
    for offset in (guess.offset, local(rt, (wanted - guess.offset) * SECOND).offset):
        found = local(rt, (wanted - offset) * SECOND + fraction)
        if found.offset == offset:
            earlier = local(rt, found.nanoseconds - 3600 * SECOND)
            return earlier if earlier.parts == found.parts else found
    return local(rt, (wanted - guess.offset) * SECOND + fraction)


def offset_of(said: str) -> int | None:
    """Seconds that `+02:00`, `+0200`, `Z`, `UTC` or `EST` mean."""
    known = {"UTC": 0, "GMT": 0, "Z": 0, "-00:00": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7}
    known |= {
        "MDT": -6,
        "PST": -8,
        "PDT": -7,
        "CET": 1,
        "CEST": 2,
        "BST": 1,
        "JST": 9,
        "MSK": 3,
        "EET": 2,
        "EEST": 3,
    }
    if said.upper() in known:
        return known[said.upper()] * 3600
    digits = said[1:].replace(":", "")
    if said[:1] not in ("+", "-") or not digits.isdigit() or len(digits) not in (2, 4, 6):
        return None
    digits = digits.ljust(6, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:])
    return -seconds if said[0] == "-" else seconds


def said_offset(offset: int, colons: int = 0) -> str:
    """`+0200`, `+02:00`, `+02:00:00`"""
    sign = "-" if offset < 0 else "+"
    hours, rest = divmod(abs(offset), 3600)
    minutes, seconds = divmod(rest, 60)
    if colons == 0:
        return f"{sign}{hours:02}{minutes:02}"
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if colons > 1 else "")
