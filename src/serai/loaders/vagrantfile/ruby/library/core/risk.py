"""Which patterns end soon in `re`, whose backtracking no clock stops, and on which texts the others do.

Two repeats are ambiguous when the first may hand characters to the second, and something after them may fail: then
their lengths multiply. `a*a*b` on a long run of `a` is tried in square time. What is known of a text is how long
its runs are, so that `(\\w+)\\s*=` on a long file of short words is still quick.
"""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.chars import (
    ALL,
    CODES,
    ONE_CHARACTER,
    TREE,
    Ranges,
    as_set,
    meet,
    ranges_of,
)

MANY = 12
"""A bounded repeat of more is taken for an unbounded one."""
MOST_REPEATS = 24
SHORT = 30_000
"""A text whose length squared is less needs no closer look."""
REPEATS = (CODES.MAX_REPEAT, CODES.MIN_REPEAT, CODES.POSSESSIVE_REPEAT)
START = "start"


class Hard(Exception):
    """The pattern is none that `re` may be trusted with."""


class Part:
    """One thing of a pattern, in order: characters, repeated or not; an anchor that ties the start; or a check."""

    __slots__ = ("chars", "many", "must", "tie")

    def __init__(self, chars: Ranges | None, many: bool = False, must: bool = True, tie: bool = False) -> None:
        self.chars, self.many, self.must, self.tie = chars, many, must, tie


def parts_of(tree: Any, flags: int, must: bool = True) -> list[Part]:
    """The parts of a pattern. Raises Hard where what is repeated is more than one character."""
    found: list[Part] = []
    for code, value in tree:
        if code in ONE_CHARACTER:
            found.append(Part(ranges_of(code, value, flags), must=must))
        elif code in REPEATS:
            found += _repeated(value, flags, must)
        elif code is CODES.SUBPATTERN:
            _, on, off, inner = value
            found += parts_of(inner, (flags | on) & ~off, must)
        elif code is CODES.ATOMIC_GROUP:
            found += parts_of(value, flags, must)
        elif code is CODES.BRANCH:
            for inner in value[1]:
                found += parts_of(inner, flags, False)
        elif code is CODES.AT:
            found.append(Part(None, must=must, tie=value is CODES.AT_BEGINNING_STRING))
        elif code in (CODES.ASSERT, CODES.ASSERT_NOT):
            if any(part.many for part in parts_of(value[1], flags, True)):
                raise Hard
            found.append(Part(None, must=must))
        else:
            raise Hard
    return found


def _repeated(value: Any, flags: int, must: bool) -> list[Part]:
    least, most, inner = value
    if most is not CODES.MAXREPEAT and most <= MANY:
        once = parts_of(inner, flags, must)
        if any(part.many for part in once) and most > 1:
            raise Hard
        optional = parts_of(inner, flags, False)
        return [*once * int(least), *optional * int(most - least)]
    (only,) = inner if len(inner) == 1 else (None,)
    if only is not None and only[0] is CODES.SUBPATTERN and len(only[1][3]) == 1:
        (only,) = only[1][3]
    if only is None or only[0] not in ONE_CHARACTER:
        raise Hard
    chars = ranges_of(only[0], only[1], flags)
    return [Part(chars, many=True, must=must and least > 0)]


def chains_of(source: str, flags: int) -> list[list[str]] | None:
    """Runs of ambiguous repeats, each a set for `re`, the start of the search included; None for what is Hard."""
    try:
        parts = parts_of(TREE.parse(source, flags), flags)
    except Hard:
        return None
    many = [at for at, part in enumerate(parts) if part.many]
    if len(many) > MOST_REPEATS or len(parts) > 2000:
        return None
    last_check = max((at for at, part in enumerate(parts) if part.must or part.chars is None), default=-1)
    chains: list[list[int]] = []
    for at in many:
        if at >= last_check:
            continue  # nothing after it can fail, so it gives nothing back
        longer = [[*chain, at] for chain in chains if _ambiguous(parts, chain[-1], at)]
        chains = [chain for chain in chains if [*chain, at] not in longer] + (longer or [[at]])
        if len(chains) > MOST_REPEATS:
            return None
    return [[as_set(parts[at].chars or ALL) for at in chain] + _start(parts, chain[0]) for chain in chains]


def _start(parts: list[Part], at: int) -> list[str]:
    """The search begins anew at each character, unless the pattern is tied to the start of the text."""
    return [] if any(part.tie and part.must for part in parts[:at]) else [START]


def _ambiguous(parts: list[Part], one: int, other: int) -> bool:
    first, last = parts[one].chars or ALL, parts[other].chars or ALL
    between = parts[one + 1 : other]
    return meet(first, last) and all(
        part.chars is None or not part.must or meet(part.chars, first) for part in between
    )


class Watch:
    """How long a pattern may take on a text."""

    def __init__(self, chains: list[list[str]]) -> None:
        self.chains = [[_runs(chars) for chars in chain] for chain in chains]

    def worst(self, text: str) -> int:
        """Characters that may be looked at, at the most."""
        length = len(text) + 1
        if length * length * len(self.chains) < SHORT and all(len(chain) < 3 for chain in self.chains):
            return length
        worst = length
        longest: dict[str, int] = {}
        for chain in self.chains:
            cost = 1
            for runs in chain:
                if runs is None:
                    cost *= length
                    continue
                if runs.pattern not in longest:
                    longest[runs.pattern] = max((len(run) for run in runs.findall(text)), default=0)
                cost *= longest[runs.pattern] + 1
            worst = max(worst, cost)
        return worst


def _runs(chars: str) -> re.Pattern[str] | None:
    return None if chars == START else re.compile(chars + "+")
