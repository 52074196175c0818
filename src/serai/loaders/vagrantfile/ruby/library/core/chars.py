"""Sets of characters as ranges of their numbers: what `re`'s own tree of a pattern says of one character."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

TREE: Any = import_module("re._parser")
CODES: Any = import_module("re._constants")
LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]
ALL: Ranges = ((0, LAST),)
NO_LINE_END: Ranges = ((0, 9), (11, LAST))
ONE_CHARACTER = (CODES.LITERAL, CODES.NOT_LITERAL, CODES.ANY, CODES.IN)


def ranges_of(code: Any, value: Any, flags: int) -> Ranges:
    """The characters that a LITERAL, NOT_LITERAL, ANY or IN matches."""
    if code is CODES.ANY:
        return ALL if flags & re.DOTALL else NO_LINE_END
    if code is CODES.LITERAL:
        return _in_both_cases(((value, value),), flags)
    if code is CODES.NOT_LITERAL:
        return without(_in_both_cases(((value, value),), flags))
    found: list[tuple[int, int]] = []
    negated = False
    for inner, what in value:
        if inner is CODES.NEGATE:
            negated = True
        elif inner is CODES.LITERAL:
            found.append((what, what))
        elif inner is CODES.RANGE:
            found.append(what)
        else:  # a category: none is in what the translator writes
            return ALL
    ranges = _in_both_cases(tuple(found), flags)
    return without(ranges) if negated else ranges


def _in_both_cases(ranges: Ranges, flags: int) -> Ranges:
    if not flags & re.IGNORECASE:
        return ranges
    extra = []
    for first, last in ranges:
        if last - first > 0x3000:
            return ALL
        for code in range(first, last + 1):
            char = chr(code)
            extra += [(ord(other), ord(other)) for other in (char.lower(), char.upper()) if len(other) == 1]
    return ranges + tuple(extra)


def without(ranges: Ranges) -> Ranges:
    """All the other characters."""
    found, at = [], 0
    for first, last in sorted(ranges):
        if first > at:
            found.append((at, first - 1))
        at = max(at, last + 1)
    if at <= LAST:
        found.append((at, LAST))
    return tuple(found)


def meet(one: Ranges, other: Ranges) -> bool:
    """Whether a character is in both."""
    return any(first <= last2 and first2 <= last for first, last in one for first2, last2 in other)


def as_set(ranges: Ranges) -> str:
    """For `re` again."""
    return "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]" if ranges else "(?!)"
