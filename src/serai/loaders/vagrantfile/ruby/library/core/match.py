"""MatchData: the match, its groups by number and name, and what is before and after."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import bounds_of, integer
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers
from serai.loaders.vagrantfile.ruby.library.core.matching import Found
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Range, Str, Sym, Value


def found_of(me: Object) -> Found:
    found: Found = me.data
    return found


def all_groups(found: Found) -> list[Value]:
    return [found.group(number) for number in range(len(found.spans))]


def number_of(rt: Runtime, found: Found, group: Value) -> int | None:
    """The number of a group; None where there is no such number. A name that is not there is an IndexError."""
    if isinstance(group, Str | Sym):
        name = group.s if isinstance(group, Str) else str(group)
        if name not in found.engine.names:
            raise rt.raised("IndexError", f"undefined group name reference: {name}")
        return found.engine.names[name]
    number = integer(rt, group)
    number += len(found.spans) if number < 0 else 0
    return number if 0 <= number < len(found.spans) else None


@answers("MatchData", "[]")
def item(rt: Runtime, me: Object, block: Block, group: Value, count: Value = GONE) -> Value:
    found = found_of(me)
    if count is not GONE or isinstance(group, Range):
        args = [group] if count is GONE else [group, count]
        return rt.send(Array(all_groups(found)), "[]", args)
    number = number_of(rt, found, group)
    return None if number is None else found.group(number)


@answers("MatchData", "to_a")
def to_a(rt: Runtime, me: Object, block: Block) -> Value:
    return Array(all_groups(found_of(me)))


@answers("MatchData", "captures", "deconstruct")
def captures(rt: Runtime, me: Object, block: Block) -> Value:
    return Array(all_groups(found_of(me))[1:])


@answers("MatchData", "named_captures")
def named_captures(rt: Runtime, me: Object, block: Block) -> Value:
    found = found_of(me)
    return Hash((Str(name), found.group(number)) for name, number in found.engine.names.items())


@answers("MatchData", "names")
def names(rt: Runtime, me: Object, block: Block) -> Value:
    return Array(Str(name) for name in found_of(me).engine.names)


@answers("MatchData", "match")
def group(rt: Runtime, me: Object, block: Block, which: Value) -> Value:
    first, last = span_of(rt, me, which)
    return None if first is None else Str(found_of(me).text[first:last])


@answers("MatchData", "values_at")
def values_at(rt: Runtime, me: Object, block: Block, *groups: Value) -> Value:
    found = found_of(me)
    values = Array()
    for group in groups:
        if isinstance(group, Range):
            span = bounds_of(rt, group, len(found.spans))
            values.extend(all_groups(found)[span[0] : span[0] + span[1]] if span else [])
            continue
        number = number_of(rt, found, group)
        values.append(None if number is None else found.group(number))
    return values


@answers("MatchData", "pre_match")
def pre_match(rt: Runtime, me: Object, block: Block) -> Value:
    found = found_of(me)
    return Str(found.text[: found.start])


@answers("MatchData", "post_match")
def post_match(rt: Runtime, me: Object, block: Block) -> Value:
    found = found_of(me)
    return Str(found.text[found.end :])


@answers("MatchData", "to_s")
def to_s(rt: Runtime, me: Object, block: Block) -> Value:
    return found_of(me).group(0)


def span_of(rt: Runtime, me: Object, group: Value) -> tuple[Value, Value]:
    found = found_of(me)
    number = number_of(rt, found, group)
    if number is None:
        raise rt.raised("IndexError", f"index {rt.inspect(group)} out of matches")
    first, last = found.spans[number]
    return (None, None) if first < 0 else (first, last)


@answers("MatchData", "begin")
def begin(rt: Runtime, me: Object, block: Block, group: Value) -> Value:
    return span_of(rt, me, group)[0]


@answers("MatchData", "end")
def end(rt: Runtime, me: Object, block: Block, group: Value) -> Value:
    return span_of(rt, me, group)[1]


@answers("MatchData", "offset")
def offset(rt: Runtime, me: Object, block: Block, group: Value) -> Value:
    return Array(span_of(rt, me, group))


@answers("MatchData", "size", "length")
def size(rt: Runtime, me: Object, block: Block) -> Value:
    return len(found_of(me).spans)


@answers("MatchData", "string")
def string_(rt: Runtime, me: Object, block: Block) -> Value:
    return Str(found_of(me).text, frozen=True)


@answers("MatchData", "regexp")
def regexp(rt: Runtime, me: Object, block: Block) -> Value:
    return found_of(me).regexp


@answers("MatchData", "==", "eql?")
def equals(rt: Runtime, me: Object, block: Block, other: Value) -> Value:
    if not isinstance(other, Object) or not isinstance(other.data, Found):
        return False
    one, two = found_of(me), found_of(other)
    return (one.text, one.spans, one.regexp) == (two.text, two.spans, two.regexp)


@answers("MatchData", "inspect")
def inspect(rt: Runtime, me: Object, block: Block) -> Value:
    found = found_of(me)
    names_of = {number: name for name, number in found.engine.names.items()}
    told = [rt.inspect(found.group(0))]
    for number in range(1, len(found.spans)):
        told.append(f"{names_of.get(number, number)}:{rt.inspect(found.group(number))}")
    return Str(f"#<MatchData {' '.join(told)}>")
