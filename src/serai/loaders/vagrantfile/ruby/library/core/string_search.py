"""String searched: places, matches, pieces, lines and characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, small, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, split_named
from serai.loaders.vagrantfile.ruby.library.core.matching import (
    each_match,
    match_at,
    regexp_of,
    remember,
    search,
    search_back,
)
from serai.loaders.vagrantfile.ruby.library.core.succ import upto as texts_upto
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Regexp, Str, Value

BLANK = " \t\n\v\f\r\0"


@answers("String", "=~")
def finds(rt: Runtime, me: Str, block: Block, pattern: Value) -> Value:
    if isinstance(pattern, Str):
        raise rt.raised("TypeError", "type mismatch: String given")
    return rt.send(pattern, "=~", [me])


@answers("String", "match")
def match(rt: Runtime, me: Str, block: Block, pattern: Value, at: Value = 0) -> Value:
    return rt.send(_pattern(rt, pattern), "match", [me, at], block)


@answers("String", "match?")
def is_match(rt: Runtime, me: Str, block: Block, pattern: Value, at: Value = 0) -> Value:
    return rt.send(_pattern(rt, pattern), "match?", [me, at])


def _pattern(rt: Runtime, pattern: Value) -> Regexp:
    """A String is a pattern's source here, not its text."""
    return Regexp(pattern.s) if isinstance(pattern, Str) else regexp_of(rt, pattern)


@answers("String", "index")
def index(rt: Runtime, me: Str, block: Block, what: Value, at: Value = 0) -> Value:
    start = integer(rt, at)
    start += len(me.s) if start < 0 else 0
    if not 0 <= start <= len(me.s):
        return None
    if isinstance(what, Regexp):
        found = search(rt, what, me.s, start)
        remember(rt, found)
        return None if found is None else found.start
    rt.bounds.step(1 + len(me.s) // 256)
    place = me.s.find(text(rt, what), start)
    return None if place < 0 else place


@answers("String", "rindex")
def rindex(rt: Runtime, me: Str, block: Block, what: Value, at: Value = None) -> Value:
    start = len(me.s) if at is None else integer(rt, at)
    start += len(me.s) if start < 0 else 0
    if start < 0:
        return None
    if isinstance(what, Regexp):
        found = search_back(rt, what, me.s, start)
        remember(rt, found)
        return None if found is None else found.start
    rt.bounds.step(1 + len(me.s) // 256)
    told = text(rt, what)
    place = me.s.rfind(told, 0, start + len(told))
    return None if place < 0 else place


@answers("String", "partition")
def partition(rt: Runtime, me: Str, block: Block, what: Value) -> Value:
    if isinstance(what, Regexp):
        found = search(rt, what, me.s)
        remember(rt, found)
        span = None if found is None else (found.start, found.end)
    else:
        place = me.s.find(text(rt, what))
        span = None if place < 0 else (place, place + len(text(rt, what)))
    return _in_three(me.s, span, (me.s, "", ""))


@answers("String", "rpartition")
def rpartition(rt: Runtime, me: Str, block: Block, what: Value) -> Value:
    if isinstance(what, Regexp):
        found = search_back(rt, what, me.s, len(me.s))
        remember(rt, found)
        span = None if found is None else (found.start, found.end)
    else:
        place = me.s.rfind(text(rt, what))
        span = None if place < 0 else (place, place + len(text(rt, what)))
    return _in_three(me.s, span, ("", "", me.s))


def _in_three(told: str, span: tuple[int, int] | None, otherwise: tuple[str, str, str]) -> Array:
    parts = otherwise if span is None else (told[: span[0]], told[span[0] : span[1]], told[span[1] :])
    return Array(Str(part) for part in parts)


@answers("String", "scan")
def scan(rt: Runtime, me: Str, block: Block, what: Value) -> Value:
    pattern = regexp_of(rt, what)
    found_all, last = Array(), None
    for found in each_match(rt, pattern, me.s):
        last = found
        groups = [found.group(number) for number in range(1, len(found.spans))]
        item = Array(groups) if groups else found.group(0)
        if block is None:
            rt.bounds.grow(100)
            found_all.append(item)
        else:
            remember(rt, found)
            rt.call(block, [item])
    remember(rt, last)
    return found_all if block is None else me


@answers("String", "split")
def split(rt: Runtime, me: Str, block: Block, what: Value = None, limit: Value = 0) -> Value:
    most = small(rt, limit)
    rt.bounds.step(1 + len(me.s) // 32)
    if not me.s:
        pieces = []
    elif most == 1:
        pieces = [me.s]
    elif what is None or (isinstance(what, Str) and what.s == " "):
        pieces = _words(me.s, most)
    elif isinstance(what, Str):
        pieces = _cut(me.s, what.s, most)
    else:
        pieces = list(_cut_by_pattern(rt, me.s, regexp_of(rt, what), most))
    if most == 0:
        while pieces and not pieces[-1]:
            pieces.pop()
    rt.bounds.grow(8 * len(pieces))
    items = Array(Str(piece) for piece in pieces)
    if block is None:
        return items
    for item in items:
        rt.call(block, [item])
    return me


def _words(told: str, most: int) -> list[str]:
    """Cut at white space."""
    pieces: list[str] = []
    rest = told.lstrip(BLANK)
    while rest:
        if most > 0 and len(pieces) == most - 1:
            pieces.append(rest)
            return pieces
        end = next((at for at, char in enumerate(rest) if char in BLANK), None)
        if end is None:
            pieces.append(rest)
            return pieces
        pieces.append(rest[:end])
        rest = rest[end:].lstrip(BLANK)
    if most != 0 and told[-1] in BLANK:
        pieces.append("")
    return pieces


def _cut(told: str, at: str, most: int) -> list[str]:
    if at:
        return told.split(at, most - 1) if most > 0 else told.split(at)
    if most > 0:
        return [*told[: most - 1], *([told[most - 1 :]] if len(told) >= most else [""])]
    return [*told, *([""] if most < 0 else [])]


def _cut_by_pattern(rt: Runtime, told: str, pattern: Regexp, most: int) -> Iterator[str]:
    """Cut at each match; what its groups hold stands between the pieces."""
    start, at, count = 0, 0, 1
    while at <= len(told) and (most <= 0 or count < most):
        found = search(rt, pattern, told, at)
        if found is None:
            break
        if found.start == found.end:  # an empty match cuts behind a character, and not at the end
            if found.start >= len(told):
                break
            if found.start == start:
                at = found.start + 1
                found = match_at(rt, pattern, told, at) if at < len(told) else None
                if found is None or found.start != found.end:
                    continue
        yield told[start : found.start]
        yield from (told[first:last] for first, last in found.spans[1:] if first >= 0)
        count += 1
        start = at = found.end
    yield told[start:]


@answers("String", "lines")
def lines(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    found = Array(Str(line) for line in lines_of(rt, me.s, args))
    return found if block is None else each_line(rt, me, block, *args)


@answers("String", "each_line")
def each_line(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "each_line", *args)
    for line in lines_of(rt, me.s, args):
        rt.call(block, [Str(line)])
    return me


def lines_of(rt: Runtime, told: str, args: Iterable[Value]) -> list[str]:
    """The lines with their ends; `chomp: true` without."""
    by_place, named = split_named(rt, list(args), "chomp")
    if by_place and by_place[0] is None:
        return [told]
    ending = text(rt, by_place[0]) if by_place else "\n"
    chomp = bool(named.get("chomp"))
    rt.bounds.grow(8 * told.count(ending or "\n"))
    if not ending:
        return _paragraphs(told, chomp)
    pieces = told.split(ending)
    rest = pieces.pop()
    if chomp and ending == "\n":
        pieces = [piece.removesuffix("\r") for piece in pieces]
    return [piece if chomp else piece + ending for piece in pieces] + ([rest] if rest else [])


def _paragraphs(told: str, chomp: bool) -> list[str]:
    import re

    found = re.findall(r"(?s).+?(?:\n\n+|\Z)", told.lstrip("\n"))
    return [re.sub(r"\n\n+\Z", "" if chomp else "\n\n", each) if each.endswith("\n\n") else each for each in found]


@answers("String", "chars", "grapheme_clusters")
def chars(rt: Runtime, me: Str, block: Block) -> Value:
    if block is not None:
        return each_char(rt, me, block)
    rt.bounds.grow(8 * len(me.s))
    return Array(Str(char) for char in me.s)


@answers("String", "each_char")
def each_char(rt: Runtime, me: Str, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_char")
    for char in me.s:
        rt.bounds.step()
        rt.call(block, [Str(char)])
    return me


@answers("String", "codepoints")
def codepoints(rt: Runtime, me: Str, block: Block) -> Value:
    rt.bounds.grow(8 * len(me.s))
    return Array(ord(char) for char in me.s)


@answers("String", "upto")
def upto(rt: Runtime, me: Str, block: Block, last: Value, exclusive: Value = False) -> Value:
    if block is None:
        return enumerator(rt, me, "upto", last, *([exclusive] if exclusive else []))
    for told in texts_upto(rt, me.s, text(rt, last), bool(exclusive)):
        rt.call(block, [Str(told)])
    return me
