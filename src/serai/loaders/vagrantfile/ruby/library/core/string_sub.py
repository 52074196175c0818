"""`sub` and `gsub`: with a text and its references, a hash, or a block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, changeable, need
from serai.loaders.vagrantfile.ruby.library.core.matching import (
    Found,
    each_match,
    regexp_of,
    remember,
    search,
)
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Hash, Str, Value

REFERENCE = r"\\(?:(\d)|k<(\w+)>|([&`'\\0]))"


def filled(rt: Runtime, told: str, found: Found) -> str:
    """A replacement with its `\\1`, `\\k<name>`, `\\0`, `\\&` put in."""
    if "\\" not in told:
        return told

    def put(reference: re.Match[str]) -> str:
        digit, name, sign = reference.groups()
        if digit is not None:
            number = int(digit)
        elif name is not None:
            if name not in found.engine.names:
                raise rt.raised("IndexError", f"undefined group name reference: {name}")
            number = found.engine.names[name]
        elif sign == "\\":
            return "\\"
        elif sign == "&":
            number = 0
        else:
            return found.text[: found.start] if sign == "`" else found.text[found.end :]
        group = found.group(number) if number < len(found.spans) else None
        return group.s if group is not None else ""

    return re.sub(REFERENCE, put, told)


def _replacing(rt: Runtime, args: tuple[Value, ...], block: Block) -> Callable[[Found], str]:
    """What stands for a match."""
    if len(args) == 2 and isinstance(args[1], Hash):
        return lambda found: rt.to_s(rt.send(args[1], "[]", [found.group(0)]))
    if len(args) == 2:
        told = text(rt, args[1])
        return lambda found: filled(rt, told, found)

    def called(found: Found) -> str:
        remember(rt, found)
        return rt.to_s(rt.call(block, [found.group(0)]))  # type: ignore[arg-type]

    return called


def _replaced(rt: Runtime, told: str, matches: Iterator[Found], replacing: Callable[[Found], str]) -> str | None:
    """The text with its matches replaced; None without any."""
    pieces: list[str] = []
    last, size, found = 0, 0, None
    for found in matches:
        pieces += (told[last : found.start], replacing(found))
        size += len(pieces[-1])
        last = found.end
        if size > 4096:
            rt.bounds.grow(size)
            size = 0
    remember(rt, found)
    if found is None:
        return None
    pieces.append(told[last:])
    return "".join(pieces)


def _once(rt: Runtime, me: Str, pattern: Value) -> Iterator[Found]:
    found = search(rt, regexp_of(rt, pattern), me.s)
    if found is not None:
        yield found


def _change(rt: Runtime, me: Str, block: Block, args: tuple[Value, ...], every: bool) -> str | None:
    need(rt, args, 1 if block is not None or not args else 2, 2)
    if every and len(args) == 2 and isinstance(args[0], Str) and isinstance(args[1], Str) and args[0].s:
        quick = _plainly(rt, me.s, args[0].s, args[1].s)
        if quick is not None:
            return quick
    matches = each_match(rt, regexp_of(rt, args[0]), me.s) if every else _once(rt, me, args[0])
    return _replaced(rt, me.s, matches, _replacing(rt, args, block))


def _plainly(rt: Runtime, told: str, old: str, new: str) -> str | None:
    """Text for text, which needs no pattern; None where it does."""
    if "\\" in new or old not in told:
        return None
    rt.bounds.step(1 + len(told) // 64)
    rt.bounds.grow(len(told) + told.count(old) * len(new))
    return told.replace(old, new)


@answers("String", "sub")
def sub(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    told = _change(rt, me, block, args, False)
    return Str(me.s if told is None else told)


@answers("String", "gsub")
def gsub(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    if len(args) == 1 and block is None:
        return enumerator(rt, me, "gsub", *args)
    told = _change(rt, me, block, args, True)
    return Str(me.s if told is None else told)


@answers("String", "sub!")
def sub_in_place(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    return _in_place(rt, me, _change(rt, me, block, args, False))


@answers("String", "gsub!")
def gsub_in_place(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    return _in_place(rt, me, _change(rt, me, block, args, True))


def _in_place(rt: Runtime, me: Str, told: str | None) -> Value:
    changeable(rt, me)
    if told is None:
        return None
    me.s = told
    return me
