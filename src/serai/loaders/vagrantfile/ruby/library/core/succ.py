"""The String after a String: `az` → `ba`, `a9` → `b0`, `Zz` → `AAa`; and ranges of Strings."""

from __future__ import annotations

from collections.abc import Iterator

from serai.loaders.vagrantfile.ruby.runtime import Runtime

RUNS = ("09", "az", "AZ")


def _run_of(char: str) -> str | None:
    return next((run for run in RUNS if run[0] <= char <= run[1]), None)


def successor(told: str) -> str:
    """`succ`. Letters and digits count, and carry to the left; without any, the last character does."""
    if not told:
        return ""
    chars = list(told)
    places = [at for at, char in enumerate(chars) if _run_of(char)]
    if not places:
        return _next_characters(chars)
    at = places[-1]
    while True:
        run = _run_of(chars[at])
        assert run is not None  # only places of letters and digits come here
        if chars[at] != run[1]:
            chars[at] = chr(ord(chars[at]) + 1)
            return "".join(chars)
        chars[at] = run[0]
        before = _place_before(chars, at, places)
        if before is None:
            chars.insert(at, "1" if run[0] == "0" else run[0])
            return "".join(chars)
        at = before


def _place_before(chars: list[str], at: int, places: list[int]) -> int | None:
    """Where a carry goes. Over other characters only when what is left of them is of the same sort."""
    before = max((place for place in places if place < at), default=None)
    if before is None or before == at - 1:
        return before
    is_digit = chars[at] == "0"
    return before if chars[before].isdigit() == is_digit else None


def _next_characters(chars: list[str]) -> str:
    for at in range(len(chars) - 1, -1, -1):
        if ord(chars[at]) < 0x10FFFF:
            chars[at] = chr(ord(chars[at]) + 1)
            return "".join(chars)
        chars[at] = "\x01"
    return "\x01" + "".join(chars)


def upto(rt: Runtime, first: str, last: str, exclusive: bool) -> Iterator[str]:
    """The Strings of a range; digits count as numbers. Source: string.c, rb_str_upto_each."""
    if len(first) == 1 and len(last) == 1 and first.isascii() and last.isascii():
        for code in range(ord(first), ord(last) + (not exclusive)):
            rt.bounds.step()
            yield chr(code)
        return
    if first.isdigit() and last.isdigit() and first.isascii() and last.isascii():
        for number in range(int(first), int(last) + (not exclusive)):
            rt.bounds.step()
            yield str(number).rjust(len(first), "0")
        return
    if len(first) > len(last) or (len(first) == len(last) and first > last):
        return
    told = first
    while len(told) <= len(last):
        rt.bounds.step()
        if told == last:
            if not exclusive:
                yield told
            return
        yield told
        told = successor(told)


def endless(rt: Runtime, first: str) -> Iterator[str]:
    """`("a"..)`"""
    told = first
    while True:
        rt.bounds.step()
        yield told
        told = successor(told)
