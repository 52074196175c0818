"""Time: the real clock, in UTC, local or at a fixed offset."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta
from fractions import Fraction

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std import moment, when
from serai.loaders.vagrantfile.ruby.library.std.moment import SECOND, Moment
from serai.loaders.vagrantfile.ruby.library.std.strftime import DAYS, strftime
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("Time", "Object", "Comparable")
UNITS = {"millisecond": 10**6, "usec": 10**3, "microsecond": 10**3, "nsec": 1, "nanosecond": 1}


def made(rt: Runtime, value: Moment) -> Object:
    try:
        value.parts  # noqa: B018 - refuses years that cannot be shown
    except OverflowError:
        raise rt.refused("a time outside of the years 1 to 9999", "use one that is inside") from None
    return Object(rt.constant("Time"), value)


def nanoseconds(rt: Runtime, value: Value) -> int:
    """Seconds as a number → nanoseconds, rounded down."""
    if isinstance(value, Object) and isinstance(value.data, Fraction):
        return int(value.data * SECOND // 1)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise rt.raised("FloatDomainError", "NaN" if math.isnan(value) else "Infinity")
        return int(Fraction(value) * SECOND // 1)
    return integer(rt, value) * SECOND


def placed(rt: Runtime, parts: datetime, fraction: int, zone: Value) -> Moment:
    """The moment of these parts: local where no zone is given."""
    if zone is None:
        return moment.at_local(rt, parts, fraction)
    whole = moment.as_seconds(parts)
    offset = zone_of(rt, zone)
    shown = (whole - offset) * SECOND + fraction
    named = isinstance(zone, Str) and zone.s in ("UTC", "Z", "-00:00")
    return moment.in_utc(shown) if named else moment.fixed(shown, offset)


def zone_of(rt: Runtime, zone: Value) -> int:
    if isinstance(zone, int):
        return zone
    found = moment.offset_of(text(rt, zone))
    if found is None:
        raise rt.raised(
            "ArgumentError", f'"+HH:MM", "-HH:MM", "UTC" or "A".."I","K".."Z" expected for utc_offset: {zone.s}'
        )
    return found


@answers_itself("Time", "now")
def now(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    _, named = split_named(rt, args, "in")
    current = time.time_ns()
    if named.get("in") is None:
        return made(rt, moment.local(rt, current))
    return made(rt, placed(rt, moment.EPOCH, 0, named["in"]).moved(current + zone_of(rt, named["in"]) * SECOND))


def civil(rt: Runtime, args: list[Value]) -> tuple[datetime, int]:
    """Year, month, … as `Time.new` takes them. Raises ArgumentError."""
    numbers = []
    fraction = 0
    for place, value in enumerate(args[:6]):
        if place == 1 and isinstance(value, Str) and value.s[:3].isalpha():
            numbers.append(when.month(value.s))
        elif place == 5 and isinstance(value, float | Object):
            exact = nanoseconds(rt, value)
            numbers.append(exact // SECOND)
            fraction = exact % SECOND
        elif value is None:
            numbers.append(1 if place in (1, 2) else 0)
        else:
            numbers.append(whole(rt, value.s) if isinstance(value, Str) else integer(rt, value))
    year, month, day, hour, minute, second = [*numbers, *(0, 1, 1, 0, 0, 0)[len(numbers) :]]
    if not 1 <= month <= 12:
        raise rt.raised("ArgumentError", "mon out of range")
    if not (1 <= day <= 31 and 0 <= hour <= 24 and 0 <= minute <= 59 and 0 <= second <= 60):
        raise rt.raised("ArgumentError", "argument out of range")
    if not 1 <= year <= 9999:
        raise rt.refused("a time outside of the years 1 to 9999", "use one that is inside")
    return datetime(year, month, 1) + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second), fraction


def whole(rt: Runtime, said: str) -> int:
    if not said.strip().isdecimal():
        raise rt.raised("ArgumentError", f"invalid value for Integer(): {rt.inspect(Str(said))}")
    return int(said)


@answers_itself("Time", "new")
def new(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    places, named = split_named(rt, args, "in")
    if not places:
        return now(rt, me, block, *args)
    zone = places[6] if len(places) > 6 else named.get("in")
    return made(rt, placed(rt, *civil(rt, places), zone))


@answers_itself("Time", "local", "mktime")
def new_local(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return made(rt, placed(rt, *civil(rt, list(args)), None))


@answers_itself("Time", "utc", "gm")
def new_utc(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return made(rt, placed(rt, *civil(rt, list(args)), Str("UTC")))


@answers_itself("Time", "at")
def at(rt: Runtime, me: Value, block: Block, value: Value, *more: Value) -> Value:
    places, named = split_named(rt, more, "in")
    if isinstance(value, Object) and isinstance(value.data, Moment):
        return made(rt, value.data)
    total = nanoseconds(rt, value)
    if places:
        unit = UNITS[str(places[1])] if len(places) > 1 else 10**3
        total += int(Fraction(places[0]) * unit)
    if named.get("in") is not None:
        return made(rt, placed(rt, moment.EPOCH, 0, named["in"]).moved(total + zone_of(rt, named["in"]) * SECOND))
    return made(rt, moment.local(rt, total))


def from_parts(rt: Runtime, parts: when.Parts, said: str) -> Value:
    """What a text said, the rest from today or the first."""
    if not parts:
        raise rt.raised("ArgumentError", f"no time information in {rt.inspect(Str(said))}")
    offset = parts.get("offset")
    if "seconds" in parts:
        return made(rt, moment.local(rt, parts["seconds"] * SECOND))
    today = moment.local(rt, time.time_ns()).parts
    usual = {"year": today.year, "month": today.month, "day": today.day}
    if "year" in parts or "month" in parts or "day" in parts:
        usual |= {"month": 1 if "year" in parts else today.month, "day": 1}
    numbers = [
        parts.get(name, usual.get(name, 0)) for name in ("year", "month", "day", "hour", "minute", "second")
    ]
    fraction = parts.get("fraction", 0)
    zone: Value = None if offset is None else Str("UTC") if offset == 0 and _names_utc(said) else offset
    return made(rt, placed(rt, civil(rt, list(numbers))[0], fraction, zone))


def _names_utc(said: str) -> bool:
    return said.rstrip().upper().endswith(("Z", "UTC", "-00:00")) or " UTC " in said


@answers_itself("Time", "parse")
def parse(rt: Runtime, me: Value, block: Block, said: Value, *more: Value) -> Value:
    rt.bounds.step(len(text(rt, said)))
    return from_parts(rt, when.parse(said.s[:200]), said.s)


@answers_itself("Time", "iso8601", "xmlschema", "httpdate", "rfc2822")
def iso8601_itself(rt: Runtime, me: Value, block: Block, said: Value) -> Value:
    parts = when.parse(text(rt, said)[:200])
    if "year" not in parts or "hour" not in parts:
        raise rt.raised("ArgumentError", f"invalid xmlschema date: {rt.inspect(said)}")
    return from_parts(rt, parts, said.s)


@answers_itself("Time", "strptime")
def strptime(rt: Runtime, me: Value, block: Block, said: Value, pattern: Value) -> Value:
    parts = when.strptime(text(rt, said), text(rt, pattern))
    if parts is None:
        raise rt.raised("ArgumentError", f"invalid date or strptime format - `{said.s}' `{pattern.s}'")
    return from_parts(rt, parts, said.s)


def _number(read: object, *names: str) -> None:
    answers("Time", *names)(lambda rt, me, block: read(me.data))  # type: ignore[operator]


_number(lambda m: m.parts.year, "year")
_number(lambda m: m.parts.month, "month", "mon")
_number(lambda m: m.parts.day, "day", "mday")
_number(lambda m: m.parts.hour, "hour")
_number(lambda m: m.parts.minute, "min")
_number(lambda m: m.parts.second, "sec")
_number(lambda m: m.fraction, "nsec", "tv_nsec")
_number(lambda m: m.fraction // 1000, "usec", "tv_usec")
_number(lambda m: m.parts.isoweekday() % 7, "wday")
_number(lambda m: m.parts.timetuple().tm_yday, "yday")
_number(lambda m: m.seconds, "to_i", "tv_sec")
_number(lambda m: m.nanoseconds / SECOND, "to_f")
_number(lambda m: m.offset, "utc_offset", "gmt_offset", "gmtoff")
_number(lambda m: m.utc, "utc?", "gmt?")
_number(lambda m: m.summer, "dst?", "isdst")
for _day, _word in enumerate(DAYS):
    _number(lambda m, day=_day: m.parts.weekday() == day, f"{_word.lower()}?")


@answers("Time", "to_r")
def to_r(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(rt.constant("Rational"), Fraction(me.data.nanoseconds, SECOND))


@answers("Time", "subsec")
def subsec(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(rt.constant("Rational"), Fraction(me.data.fraction, SECOND)) if me.data.fraction else 0


@answers("Time", "zone")
def zone(rt: Runtime, me: Value, block: Block) -> Value:
    return None if me.data.zone is None else Str(me.data.zone)


@answers("Time", "utc", "gmtime")
def to_utc(rt: Runtime, me: Value, block: Block) -> Value:
    me.data = moment.in_utc(me.data.nanoseconds)
    return me


@answers("Time", "getutc", "getgm")
def getutc(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, moment.in_utc(me.data.nanoseconds))


@answers("Time", "getlocal")
def getlocal(rt: Runtime, me: Value, block: Block, offset: Value = None) -> Value:
    shown = me.data.nanoseconds
    return made(rt, moment.local(rt, shown) if offset is None else moment.fixed(shown, zone_of(rt, offset)))


@answers("Time", "localtime")
def localtime(rt: Runtime, me: Value, block: Block, offset: Value = None) -> Value:
    me.data = getlocal(rt, me, None, offset).data
    return me


@answers("Time", "+")
def add(rt: Runtime, me: Value, block: Block, seconds: Value) -> Value:
    if isinstance(seconds, Object) and isinstance(seconds.data, Moment):
        raise rt.raised("TypeError", "time + time?")
    return moved(rt, me, nanoseconds(rt, seconds))


def moved(rt: Runtime, me: Value, by: int) -> Value:
    """Later by so many nanoseconds; a local time is read with the offset of its new day."""
    found = me.data.moved(by)
    return made(rt, moment.local(rt, found.nanoseconds) if not found.utc and found.zone is not None else found)


@answers("Time", "-")
def minus(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, Object) and isinstance(other.data, Moment):
        return (me.data.nanoseconds - other.data.nanoseconds) / SECOND
    return moved(rt, me, -nanoseconds(rt, other))


@answers("Time", "<=>")
def compare(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not isinstance(other, Object) or not isinstance(other.data, Moment):
        return None
    left, right = me.data.nanoseconds, other.data.nanoseconds
    return (left > right) - (left < right)


@answers("Time", "==", "eql?")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return compare(rt, me, block, other) == 0


@answers("Time", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data.nanoseconds)


@answers("Time", "strftime")
def strftime_(rt: Runtime, me: Value, block: Block, pattern: Value) -> Value:
    said = text(rt, pattern)
    rt.bounds.grow(len(said) * 8)
    return Str(strftime(me.data, said))


@answers("Time", "to_s")
def to_s(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(strftime(me.data, "%F %T UTC" if me.data.utc else "%F %T %z"))


@answers("Time", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    digits = f".{me.data.fraction:09}".rstrip("0") if me.data.fraction else ""
    return Str(strftime(me.data, f"%F %T{digits} UTC" if me.data.utc else f"%F %T{digits} %z"))


@answers("Time", "ctime", "asctime")
def ctime(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(strftime(me.data, "%a %b %e %T %Y"))


@answers("Time", "iso8601", "xmlschema")
def iso8601(rt: Runtime, me: Value, block: Block, digits: Value = 0) -> Value:
    part = f".%{digits}N" if digits else ""
    return Str(strftime(me.data, f"%FT%T{part}" + ("Z" if me.data.utc else "%:z")))


@answers("Time", "httpdate")
def httpdate(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(strftime(moment.in_utc(me.data.nanoseconds), "%a, %d %b %Y %T GMT"))


@answers("Time", "rfc2822", "rfc822")
def rfc2822(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(strftime(me.data, "%a, %d %b %Y %T " + ("-0000" if me.data.utc else "%z")))


@answers("Time", "round")
def rounded(rt: Runtime, me: Value, block: Block, digits: Value = 0) -> Value:
    step = 10 ** (9 - min(integer(rt, digits), 9))
    rest = me.data.nanoseconds % step
    return made(rt, me.data.moved(step - rest if rest * 2 >= step else -rest))


@answers("Time", "floor")
def floor(rt: Runtime, me: Value, block: Block, digits: Value = 0) -> Value:
    return made(rt, me.data.moved(-(me.data.nanoseconds % 10 ** (9 - min(integer(rt, digits), 9)))))


@answers("Time", "to_a")
def to_a(rt: Runtime, me: Value, block: Block) -> Value:
    shown = me.data.parts
    first = [shown.second, shown.minute, shown.hour, shown.day, shown.month, shown.year]
    rest = [shown.isoweekday() % 7, shown.timetuple().tm_yday, me.data.summer]
    return Array([*first, *rest, None if me.data.zone is None else Str(me.data.zone)])


@answers("Time", "to_time", "dup", "clone")
def to_time(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return made(rt, me.data)
