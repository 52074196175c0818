"""Date and DateTime. A Date holds a day; a DateTime holds a Moment and does its arithmetic in days."""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std import moment, when
from serai.loaders.vagrantfile.ruby.library.std.moment import SECOND, Moment
from serai.loaders.vagrantfile.ruby.library.std.strftime import DAYS, MONTHS, strftime
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("Date", "Object", "Comparable")
declare("DateTime", "Date")
declare("Date::Error", "ArgumentError")
DAY = 86_400 * SECOND
"""Nanoseconds."""
JULIAN = 1_721_425
"""Julian day number of the day before 0001-01-01, by which Python counts."""


def _names(names: tuple[str, ...], *, shift: int, first: Value) -> Array:
    ordered = [*names[-shift:], *names[:-shift]] if shift else list(names)
    return Array([*first, *(Str(name, frozen=True) for name in ordered)])


CONSTANTS["Date::DAYNAMES"] = lambda: _names(DAYS, shift=1, first=())
CONSTANTS["Date::ABBR_DAYNAMES"] = lambda: _names(tuple(day[:3] for day in DAYS), shift=1, first=())
CONSTANTS["Date::MONTHNAMES"] = lambda: _names(MONTHS, shift=0, first=(None,))
CONSTANTS["Date::ABBR_MONTHNAMES"] = lambda: _names(tuple(name[:3] for name in MONTHS), shift=0, first=(None,))


def made(rt: Runtime, value: date | Moment) -> Object:
    return Object(rt.constant("DateTime" if isinstance(value, Moment) else "Date"), value)


def invalid(rt: Runtime) -> Exception:
    return rt.raised("Date::Error", "invalid date")


def day_of(value: Value) -> date:
    """The day of a Date, a DateTime or a Time."""
    held = getattr(value, "data", None)
    if isinstance(held, Moment):
        return held.parts.date()
    if not isinstance(held, date):
        raise TypeError("expected a date")
    return held


def moment_of(value: Value) -> Moment:
    """A Date is its midnight in UTC."""
    held = value.data
    if isinstance(held, Moment):
        return held
    return moment.fixed(moment.as_seconds(datetime(held.year, held.month, held.day)) * SECOND, 0)


def civil(rt: Runtime, year: int, month: int, day: int) -> date:
    """A day; negative months and days count from the end. Raises Date::Error."""
    month = month + 13 if month < 0 else month
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        raise invalid(rt)
    last = calendar.monthrange(year, month)[1]
    day = day + last + 1 if day < 0 else day
    if not 1 <= day <= last:
        raise invalid(rt)
    return date(year, month, day)


@answers_itself("Date", "new", "civil")
def new(
    rt: Runtime, me: Value, block: Block, year: Value = -4712, month: Value = 1, day: Value = 1, *more: Value
) -> Value:
    return made(rt, civil(rt, integer(rt, year), integer(rt, month), integer(rt, day)))


@answers_itself("Date", "today")
def today(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, moment.local(rt, time.time_ns()).parts.date())


@answers_itself("Date", "valid_date?", "valid_civil?")
def is_valid(rt: Runtime, me: Value, block: Block, year: Value, month: Value, day: Value) -> Value:
    if not 1 <= year <= 9999 or not (1 <= month <= 12 or -12 <= month <= -1):
        return False
    last = calendar.monthrange(year, month if month > 0 else month + 13)[1]
    return 1 <= (day if day > 0 else day + last + 1) <= last


@answers_itself("Date", "leap?", "gregorian_leap?")
def is_leap(rt: Runtime, me: Value, block: Block, year: Value) -> Value:
    return calendar.isleap(integer(rt, year))


def day_said(rt: Runtime, parts: when.Parts | None) -> date:
    if not parts:
        raise invalid(rt)
    now = moment.local(rt, time.time_ns()).parts
    if "seconds" in parts:
        return (moment.EPOCH + timedelta(seconds=parts["seconds"])).date()
    if "yday" in parts:
        return date(parts.get("year", now.year), 1, 1) + timedelta(days=parts["yday"] - 1)
    if not {"year", "month", "day"} & set(parts):
        raise invalid(rt)
    month = parts.get("month", 1 if "year" in parts else now.month)
    return civil(rt, parts.get("year", now.year), month, parts.get("day", 1))


@answers_itself("Date", "parse", "iso8601", "rfc3339", "httpdate")
def parse(rt: Runtime, me: Value, block: Block, said: Value, *more: Value) -> Value:
    rt.bounds.step(len(text(rt, said)))
    return made(rt, day_said(rt, when.parse(said.s[:200])))


@answers_itself("Date", "strptime")
def strptime(rt: Runtime, me: Value, block: Block, said: Value, pattern: Value = None) -> Value:
    return made(rt, day_said(rt, when.strptime(text(rt, said), "%F" if pattern is None else text(rt, pattern))))


def at_moment(rt: Runtime, parts: when.Parts | None) -> Moment:
    day = day_said(rt, parts)
    known = parts or {}
    whole = datetime(
        day.year, day.month, day.day, known.get("hour", 0), known.get("minute", 0), known.get("second", 0)
    )
    offset = known.get("offset", 0)
    return moment.fixed((moment.as_seconds(whole) - offset) * SECOND + known.get("fraction", 0), offset)


@answers_itself("DateTime", "parse", "iso8601", "rfc3339", "httpdate")
def parse_datetime(rt: Runtime, me: Value, block: Block, said: Value, *more: Value) -> Value:
    return made(rt, at_moment(rt, when.parse(text(rt, said)[:200])))


@answers_itself("DateTime", "strptime")
def strptime_datetime(rt: Runtime, me: Value, block: Block, said: Value, pattern: Value) -> Value:
    return made(rt, at_moment(rt, when.strptime(text(rt, said), text(rt, pattern))))


@answers_itself("DateTime", "now")
def now(rt: Runtime, me: Value, block: Block) -> Value:
    current = moment.local(rt, time.time_ns())
    return made(rt, moment.fixed(current.nanoseconds, current.offset))


@answers_itself("DateTime", "new", "civil")
def new_datetime(rt: Runtime, me: Value, block: Block, year: Value = -4712, *more: Value) -> Value:
    numbers = [integer(rt, value) for value in more[:5]]
    month, day, hour, minute, second = [*numbers, *(1, 1, 0, 0, 0)[len(numbers) :]]
    there = civil(rt, integer(rt, year), month, day)
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise invalid(rt)
    offset = moment.offset_of(more[5].s) or 0 if len(more) > 5 and isinstance(more[5], Str) else 0
    whole = datetime(there.year, there.month, there.day, hour, minute, second)
    return made(rt, moment.fixed((moment.as_seconds(whole) - offset) * SECOND, offset))


def days(rt: Runtime, value: Value) -> Fraction:
    if isinstance(value, Object) and isinstance(value.data, Fraction):
        return value.data
    if not isinstance(value, int | float):
        raise rt.raised("TypeError", "expected numeric")
    return Fraction(value)


def later(rt: Runtime, me: Value, by: Fraction) -> Value:
    if isinstance(me.data, Moment):
        return made(rt, me.data.moved(int(by * DAY)))
    try:
        return made(rt, me.data + timedelta(days=int(by // 1)))
    except OverflowError:
        raise invalid(rt) from None


def months_later(rt: Runtime, me: Value, months: int) -> Value:
    """The same day of another month, or its last one."""
    before = day_of(me)
    year, month = divmod(before.year * 12 + before.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise invalid(rt)
    there = date(year, month + 1, min(before.day, calendar.monthrange(year, month + 1)[1]))
    if isinstance(me.data, Moment):
        return made(rt, me.data.moved((there - before).days * DAY))
    return made(rt, there)


@answers("Date", "+")
def add(rt: Runtime, me: Value, block: Block, count: Value) -> Value:
    return later(rt, me, days(rt, count))


@answers("Date", "-")
def minus(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, Object) and isinstance(other.data, date | Moment):
        between = moment_of(me).nanoseconds - moment_of(other).nanoseconds
        return Object(rt.constant("Rational"), Fraction(between, DAY))
    return later(rt, me, -days(rt, other))


def _step(names: tuple[str, ...], move: Callable[[Runtime, Value, int], Value]) -> None:
    @answers("Date", *names)
    def moved(rt: Runtime, me: Value, block: Block, count: Value = 1) -> Value:
        return move(rt, me, integer(rt, count))


_step(("next_day", "succ", "next"), lambda rt, me, count: later(rt, me, Fraction(count)))
_step(("prev_day",), lambda rt, me, count: later(rt, me, Fraction(-count)))
_step((">>", "next_month"), lambda rt, me, count: months_later(rt, me, count))
_step(("<<", "prev_month"), lambda rt, me, count: months_later(rt, me, -count))
_step(("next_year",), lambda rt, me, count: months_later(rt, me, 12 * count))
_step(("prev_year",), lambda rt, me, count: months_later(rt, me, -12 * count))


@answers("Date", "step")
def step(rt: Runtime, me: Value, block: Block, limit: Value, by: Value = 1) -> Value:
    if block is None:
        return enumerator(rt, me, "step", limit, by)
    at, last, width = day_of(me), day_of(limit), integer(rt, by)
    if not width:
        raise rt.raised("ArgumentError", "step can't be 0")
    while at <= last if width > 0 else at >= last:
        rt.bounds.step()
        rt.call(block, [made(rt, at)])
        at += timedelta(days=width)
    return me


@answers("Date", "upto")
def upto(rt: Runtime, me: Value, block: Block, limit: Value) -> Value:
    return step(rt, me, block, limit, 1)


@answers("Date", "downto")
def downto(rt: Runtime, me: Value, block: Block, limit: Value) -> Value:
    return step(rt, me, block, limit, -1)


def _number(read: Callable[[date], Value], *names: str) -> None:
    answers("Date", *names)(lambda rt, me, block: read(day_of(me)))


_number(lambda d: d.year, "year")
_number(lambda d: d.month, "month", "mon")
_number(lambda d: d.day, "day", "mday")
_number(lambda d: d.isoweekday() % 7, "wday")
_number(lambda d: d.timetuple().tm_yday, "yday")
_number(lambda d: d.isoweekday(), "cwday")
_number(lambda d: d.isocalendar().week, "cweek")
_number(lambda d: d.isocalendar().year, "cwyear")
_number(lambda d: d.toordinal() + JULIAN, "jd")
_number(lambda d: d.toordinal() + JULIAN - 2_400_001, "mjd")
_number(lambda d: calendar.isleap(d.year), "leap?")


def _weekday(day: int, name: str) -> None:
    _number(lambda d: d.weekday() == day, f"{name.lower()}?")


for _day, _word in enumerate(DAYS):
    _weekday(_day, _word)


def _part(read: Callable[[Moment], Value], *names: str) -> None:
    answers("DateTime", *names)(lambda rt, me, block: read(me.data))


_part(lambda m: m.parts.hour, "hour")
_part(lambda m: m.parts.minute, "minute", "min")
_part(lambda m: m.parts.second, "second", "sec")


@answers("DateTime", "zone")
def zone(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(moment.said_offset(me.data.offset, 1))


@answers("DateTime", "offset")
def offset(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(rt.constant("Rational"), Fraction(me.data.offset, 86_400))


@answers("DateTime", "new_offset")
def new_offset(rt: Runtime, me: Value, block: Block, wanted: Value = 0) -> Value:
    if isinstance(wanted, Str):
        return made(rt, moment.fixed(me.data.nanoseconds, moment.offset_of(wanted.s) or 0))
    return made(rt, moment.fixed(me.data.nanoseconds, int(days(rt, wanted) * 86_400)))


@answers("Date", "<=>")
def compare(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not isinstance(other, Object) or not isinstance(other.data, date | Moment):
        return None
    left, right = moment_of(me).nanoseconds, moment_of(other).nanoseconds
    return (left > right) - (left < right)


@answers("Date", "==", "eql?")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return compare(rt, me, block, other) == 0


@answers("Date", "===")
def same_day(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and isinstance(other.data, date | Moment) and day_of(me) == day_of(other)


@answers("Date", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data)


def zoned(me: Value) -> Moment:
    """With the offset as its zone, which is what `%Z` says of a Date."""
    held = moment_of(me)
    return Moment(held.nanoseconds, held.offset, moment.said_offset(held.offset, 1), False)


@answers("Date", "strftime")
def strftime_(rt: Runtime, me: Value, block: Block, pattern: Value = None) -> Value:
    return Str(strftime(zoned(me), "%F" if pattern is None else text(rt, pattern)))


@answers("DateTime", "strftime")
def strftime_datetime(rt: Runtime, me: Value, block: Block, pattern: Value = None) -> Value:
    return Str(strftime(zoned(me), "%FT%T%:z" if pattern is None else text(rt, pattern)))


@answers("Date", "to_s", "iso8601", "xmlschema")
def to_s(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.isoformat())


@answers("DateTime", "to_s", "iso8601", "xmlschema", "rfc3339")
def datetime_text(rt: Runtime, me: Value, block: Block, digits: Value = 0) -> Value:
    return Str(strftime(me.data, f"%FT%T.%{digits}N%:z" if digits else "%FT%T%:z"))


@answers("Date", "rfc3339")
def rfc3339(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(strftime(zoned(me), "%FT%T%:z"))


@answers("Date", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    at = moment_of(me)
    number = (at.seconds // 86_400) + date(1970, 1, 1).toordinal() + JULIAN
    said = rt.to_s(me)
    return Str(
        f"#<{me.kind.name}: {said} (({number}j,{at.seconds % 86_400}s,{at.fraction}n),+{at.offset}s,2299161j)>"
    )


@answers("Date", "to_date")
@answers("Time", "to_date")
def to_date(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, day_of(me))


@answers("Date", "to_time")
def to_time(rt: Runtime, me: Value, block: Block) -> Value:
    if isinstance(me.data, Moment):
        return Object(rt.constant("Time"), me.data)
    day = me.data
    return Object(rt.constant("Time"), moment.at_local(rt, datetime(day.year, day.month, day.day), 0))


@answers("Date", "to_datetime")
@answers("Time", "to_datetime")
def to_datetime(rt: Runtime, me: Value, block: Block) -> Value:
    held = moment_of(me)
    return made(rt, moment.fixed(held.nanoseconds, held.offset))
