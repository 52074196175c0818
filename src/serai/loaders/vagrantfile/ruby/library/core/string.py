"""String: made, asked, compared, put together, cut by place."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import bounds_of, integer, small, text
from serai.loaders.vagrantfile.ruby.library.core.entry import (
    GONE,
    Block,
    answers,
    answers_itself,
    changeable,
    need,
    split_named,
)
from serai.loaders.vagrantfile.ruby.library.core.equality import same
from serai.loaders.vagrantfile.ruby.library.core.format import arguments_of, formatted
from serai.loaders.vagrantfile.ruby.library.core.matching import Found, remember, search
from serai.loaders.vagrantfile.ruby.library.core.numbers_in_text import lenient_float, lenient_integer
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Range, Regexp, Str, Sym, Value


@answers_itself("String", "new")
def new(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    by_place, _ = split_named(rt, args, "encoding", "capacity")
    need(rt, by_place, 0, 1)
    return Str(text(rt, by_place[0]) if by_place else "")


@answers_itself("String", "try_convert")
def try_convert(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value if isinstance(value, Str) else None


@answers("String", "==", "===")
def equals(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    if isinstance(other, Str):
        return me.s == other.s
    return isinstance(other, Object) and rt.responds(other, "to_str") and same(rt, other, me)


@answers("String", "eql?")
def is_eql(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    return isinstance(other, Str) and me.s == other.s


@answers("String", "<=>")
def spaceship(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    return (me.s > other.s) - (me.s < other.s) if isinstance(other, Str) else None


@answers("String", "casecmp")
def casecmp(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    if not isinstance(other, Str):
        return None
    one, two = _ascii_lower(me.s), _ascii_lower(other.s)
    return (one > two) - (one < two)


def _ascii_lower(told: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in told)


@answers("String", "casecmp?")
def is_casecmp(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    return me.s.casefold() == other.s.casefold() if isinstance(other, Str) else None


@answers("String", "+")
def plus(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    added = text(rt, other)
    rt.bounds.grow(len(me.s) + len(added))
    return Str(me.s + added)


@answers("String", "*")
def times(rt: Runtime, me: Str, block: Block, count: Value) -> Value:
    number = small(rt, count)
    if number < 0:
        raise rt.raised("ArgumentError", "negative argument")
    rt.bounds.grow(len(me.s) * number)
    return Str(me.s * number)


@answers("String", "%")
def percent(rt: Runtime, me: Str, block: Block, values: Value) -> Value:
    return Str(formatted(rt, me.s, arguments_of(values)))


@answers("String", "+@")
def unfrozen(rt: Runtime, me: Str, block: Block) -> Value:
    return Str(me.s) if me.frozen else me


@answers("String", "-@")
def as_frozen(rt: Runtime, me: Str, block: Block) -> Value:
    return me if me.frozen else Str(me.s, frozen=True)


@answers("String", "<<")
def append(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    return concat(rt, me, block, other)


@answers("String", "concat")
def concat(rt: Runtime, me: Str, block: Block, *others: Value) -> Value:
    changeable(rt, me)
    added = "".join(_char(rt, other) if type(other) is int else text(rt, other) for other in others)
    rt.bounds.grow(len(added))
    rt.bounds.step(len(me.s) >> 12)  # the text is copied: that is time, too
    me.s += added
    return me


def _char(rt: Runtime, code: int) -> str:
    if not 0 <= code <= 0x10FFFF:
        raise rt.raised("RangeError", f"{code} out of char range")
    return chr(code)


@answers("String", "prepend")
def prepend(rt: Runtime, me: Str, block: Block, *others: Value) -> Value:
    changeable(rt, me)
    added = "".join(text(rt, other) for other in others)
    rt.bounds.grow(len(me.s) + len(added))
    me.s = added + me.s
    return me


@answers("String", "replace", "initialize_copy")
def replace(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    changeable(rt, me)
    me.s = text(rt, other)
    return me


@answers("String", "clear")
def clear(rt: Runtime, me: Str, block: Block) -> Value:
    changeable(rt, me)
    me.s = ""
    return me


@answers("String", "insert")
def insert(rt: Runtime, me: Str, block: Block, at: Value, other: Value) -> Value:
    changeable(rt, me)
    place, added = integer(rt, at), text(rt, other)
    start = place + len(me.s) + 1 if place < 0 else place
    if not 0 <= start <= len(me.s):
        raise rt.raised("IndexError", f"index {place} out of string")
    rt.bounds.grow(len(me.s) + len(added))
    me.s = me.s[:start] + added + me.s[start:]
    return me


@answers("String", "length", "size")
def length(rt: Runtime, me: Str, block: Block) -> Value:
    return len(me.s)


@answers("String", "empty?")
def empty(rt: Runtime, me: Str, block: Block) -> Value:
    return not me.s


@answers("String", "to_s", "to_str")
def to_s(rt: Runtime, me: Str, block: Block) -> Value:
    return me


@answers("String", "to_sym", "intern")
def to_sym(rt: Runtime, me: Str, block: Block) -> Value:
    return Sym(me.s)


@answers("String", "to_i")
def to_i(rt: Runtime, me: Str, block: Block, base: Value = 10) -> Value:
    by = small(rt, base)
    if by < 0 or by == 1 or by > 36:
        raise rt.raised("ArgumentError", f"invalid radix {by}")
    return lenient_integer(rt, me.s, by or _base_of(me.s))


def _base_of(told: str) -> int:
    """What the prefix says, for `to_i(0)` and `oct`."""
    digits = told.strip().lstrip("+-").lower()
    for prefix, base in (("0x", 16), ("0b", 2), ("0d", 10), ("0", 8)):
        if digits.startswith(prefix):
            return base
    return 10


@answers("String", "to_f")
def to_f(rt: Runtime, me: Str, block: Block) -> Value:
    return lenient_float(me.s)


@answers("String", "hex")
def hex_(rt: Runtime, me: Str, block: Block) -> Value:
    return lenient_integer(rt, me.s, 16)


@answers("String", "oct")
def oct_(rt: Runtime, me: Str, block: Block) -> Value:
    told = _base_of(me.s)
    return lenient_integer(rt, me.s, 8 if told == 10 and "0d" not in me.s.lower() else told)


@answers("String", "to_c")
def fraction(rt: Runtime, me: Str, block: Block) -> Value:
    raise rt.refused("Complex numbers", "use to_i or to_f")


@answers("String", "crypt")
def crypt(rt: Runtime, me: Str, block: Block, salt: Value) -> Value:
    raise rt.refused("String#crypt", "write the hash of the password into the file")


@answers("String", "[]", "slice")
def item(rt: Runtime, me: Str, block: Block, what: Value, count: Value = GONE) -> Value:
    told = me.s
    if type(what) is int and count is GONE:
        return Str(told[what]) if -len(told) <= what < len(told) else None
    span = place_of(rt, me, what, count)
    return None if span is None else Str(told[span[0] : span[0] + span[1]])


def place_of(rt: Runtime, me: Str, what: Value, count: Value) -> tuple[int, int] | None:
    """Start and length of what `[]` names: by place, range, pattern or text; None where it is not there."""
    told = me.s
    if isinstance(what, Regexp):
        found = search(rt, what, told)
        remember(rt, found)
        return None if found is None else _group_span(rt, found, 0 if count is GONE else count)
    if count is not GONE:
        start, wanted = integer(rt, what), integer(rt, count)
        start += len(told) if start < 0 else 0
        if wanted < 0 or not 0 <= start <= len(told):
            return None
        return start, min(wanted, len(told) - start)
    if isinstance(what, Range):
        return bounds_of(rt, what, len(told))
    if isinstance(what, Str):
        at = told.find(what.s)
        return None if at < 0 else (at, len(what.s))
    at = integer(rt, what)
    at += len(told) if at < 0 else 0
    return (at, 1) if 0 <= at < len(told) else None


def _group_span(rt: Runtime, found: Found, group: Value) -> tuple[int, int] | None:
    from serai.loaders.vagrantfile.ruby.library.core.match import number_of

    number = number_of(rt, found, group)
    if number is None or found.spans[number][0] < 0:
        return None
    first, last = found.spans[number]
    return first, last - first


@answers("String", "[]=")
def set_item(rt: Runtime, me: Str, block: Block, what: Value, *rest: Value) -> Value:
    need(rt, (what, *rest), 2, 3)
    changeable(rt, me)
    count = rest[0] if len(rest) == 2 else GONE
    value = text(rt, rest[-1])
    span = place_of(rt, me, what, count)
    if span is None and count is GONE and what == len(me.s):
        span = (len(me.s), 0)
    if span is None:
        raise _nowhere(rt, what, count)
    rt.bounds.grow(len(me.s) + len(value))
    me.s = me.s[: span[0]] + value + me.s[span[0] + span[1] :]
    return rest[-1]


def _nowhere(rt: Runtime, what: Value, count: Value) -> Exception:
    if isinstance(what, Regexp):
        return rt.raised("IndexError", "regexp not matched")
    if isinstance(what, Str):
        return rt.raised("IndexError", "string not matched")
    if isinstance(what, Range):
        return rt.raised("RangeError", f"{rt.inspect(what)} out of range")
    if count is not GONE and integer(rt, count) < 0:
        return rt.raised("IndexError", f"negative length {integer(rt, count)}")
    return rt.raised("IndexError", f"index {rt.inspect(what)} out of string")


@answers("String", "slice!")
def slice_out(rt: Runtime, me: Str, block: Block, what: Value, count: Value = GONE) -> Value:
    changeable(rt, me)
    span = place_of(rt, me, what, count)
    if span is None:
        return None
    cut = me.s[span[0] : span[0] + span[1]]
    me.s = me.s[: span[0]] + me.s[span[0] + span[1] :]
    return Str(cut)


@answers("String", "include?")
def include(rt: Runtime, me: Str, block: Block, other: Value) -> Value:
    rt.bounds.step(1 + len(me.s) // 256)
    return text(rt, other) in me.s


@answers("String", "chr")
def chr_(rt: Runtime, me: Str, block: Block) -> Value:
    return Str(me.s[:1])


@answers("String", "ord")
def ord_(rt: Runtime, me: Str, block: Block) -> Value:
    if not me.s:
        raise rt.raised("ArgumentError", "empty string")
    return ord(me.s[0])


@answers("String", "hash")
def hash_(rt: Runtime, me: Str, block: Block) -> Value:
    return hash(me.s)
