"""StringIO, and StringScanner over a text."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std.streams import Stream, opened
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Str, Value

declare("StringIO", "Object", "Enumerable")
declare("StringScanner")


@answers_itself("StringIO", "new", "open")
def new(rt: Runtime, me: Value, block: Block, content: Value = None, mode: Value = None) -> Value:
    held = Str("") if content is None else content
    text(rt, held)
    stream = Stream(held, writable=not held.frozen and (mode is None or mode.s != "r"))
    if isinstance(mode, Str) and "a" in mode.s:
        stream.at = len(held.s)
    return opened(rt, stream, block, "StringIO")


@answers("StringIO", "string")
def string(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.text


@answers("StringIO", "string=")
def set_string(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    me.data = Stream(content, writable=not content.frozen)
    return content


@answers("StringIO", "truncate")
def truncate(rt: Runtime, me: Value, block: Block, length: Value) -> Value:
    held = me.data.text
    held.s = held.s[: integer(rt, length)].ljust(integer(rt, length), "\0")
    return 0


class Scan:
    """A StringScanner: text, place, and the last match."""

    __slots__ = ("at", "match", "text")

    def __init__(self, content: str) -> None:
        self.text, self.at = content, 0
        self.match: Value = None


@answers_itself("StringScanner", "new")
def new_scanner(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Object(me, Scan(text(rt, content)))


def _look(rt: Runtime, me: Value, pattern: Value, *, anchored: bool) -> tuple[str, int] | None:
    """What the pattern finds in the rest: the text up to its end, and the place of the match."""
    scan: Scan = me.data
    if isinstance(pattern, Str):
        pattern = rt.send(rt.constant("Regexp"), "new", [rt.send(rt.constant("Regexp"), "escape", [pattern])])
    rest = Str(scan.text[scan.at :])
    found = rt.send(pattern, "match", [rest])
    if found is not None and anchored and rt.send(found, "begin", [0]) != 0:
        found = None
    scan.match = found
    if found is None:
        return None
    end = rt.send(found, "end", [0])
    return rest.s[:end], end


def _enter(name: str, *, anchored: bool, moves: bool, gives: str) -> None:
    @answers("StringScanner", name)
    def look(rt: Runtime, me: Value, block: Block, pattern: Value) -> Value:
        found = _look(rt, me, pattern, anchored=anchored)
        if found is None:
            return None
        if moves:
            me.data.at += found[1]
        return Str(found[0]) if gives == "text" else found[1]


_enter("scan", anchored=True, moves=True, gives="text")
_enter("check", anchored=True, moves=False, gives="text")
_enter("skip", anchored=True, moves=True, gives="length")
_enter("match?", anchored=True, moves=False, gives="length")
_enter("scan_until", anchored=False, moves=True, gives="text")
_enter("check_until", anchored=False, moves=False, gives="text")
_enter("skip_until", anchored=False, moves=True, gives="length")
_enter("exist?", anchored=False, moves=False, gives="length")


@answers("StringScanner", "eos?")
def is_at_end(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.at >= len(me.data.text)


@answers("StringScanner", "rest")
def rest(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.text[me.data.at :])


@answers("StringScanner", "getch")
def getch(rt: Runtime, me: Value, block: Block) -> Value:
    found = me.data.text[me.data.at : me.data.at + 1]
    me.data.at += len(found)
    return Str(found) if found else None


@answers("StringScanner", "pos")
def pos(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.at


@answers("StringScanner", "pos=")
def set_pos(rt: Runtime, me: Value, block: Block, place: Value) -> Value:
    me.data.at = integer(rt, place)
    return place


@answers("StringScanner", "[]")
def part(rt: Runtime, me: Value, block: Block, which: Value) -> Value:
    return None if me.data.match is None else rt.send(me.data.match, "[]", [which])


@answers("StringScanner", "matched")
def matched(rt: Runtime, me: Value, block: Block) -> Value:
    return None if me.data.match is None else rt.send(me.data.match, "[]", [0])


@answers("StringScanner", "terminate")
def terminate(rt: Runtime, me: Value, block: Block) -> Value:
    me.data.at = len(me.data.text)
    return me
