"""Letters as `tr`, `delete`, `squeeze` and `count` name them: `a-z`, `^0-9`, `\\-`."""

from __future__ import annotations

from collections.abc import Sequence

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Value


class Letters:
    """A set of characters, or all but those."""

    def __init__(self, rt: Runtime, told: str) -> None:
        self.negated = len(told) > 1 and told.startswith("^")
        self.chars = spelled(rt, told[1:] if self.negated else told)
        self.known = frozenset(self.chars)

    def __contains__(self, char: str) -> bool:
        return (char in self.known) is not self.negated


class All:
    """What is in each of several sets."""

    def __init__(self, sets: list[Letters]) -> None:
        self.sets = sets

    def __contains__(self, char: str) -> bool:
        return all(char in letters for letters in self.sets)


def spelled(rt: Runtime, told: str) -> list[str]:
    """The characters, ranges written out."""
    found: list[str] = []
    at = 0
    while at < len(told):
        char = told[at]
        if char == "\\" and at + 1 < len(told):
            at += 1
            char = told[at]
        if told[at + 1 : at + 2] == "-" and at + 2 < len(told):
            at += 2
            last = told[at]
            if last == "\\" and at + 1 < len(told):
                at += 1
                last = told[at]
            if last < char:
                raise rt.raised("ArgumentError", f'invalid range "{char}-{last}" in string transliteration')
            rt.bounds.grow(60 * (ord(last) - ord(char)))
            rt.bounds.step((ord(last) - ord(char)) // 8)
            found += map(chr, range(ord(char), ord(last) + 1))
        else:
            found.append(char)
        at += 1
    return found


def counted_set(rt: Runtime, sets: Sequence[Value]) -> Letters | All:
    """What all of the sets have."""
    found = [Letters(rt, text(rt, each)) for each in sets]
    if not found:
        raise rt.raised("ArgumentError", "wrong number of arguments (given 0, expected 1+)")
    return found[0] if len(found) == 1 else All(found)


def translate(rt: Runtime, told: str, old: str, new: str, *, squeezed: bool = False) -> str:
    """`tr` and `tr_s`: each letter by the one at its place; the last one stands for all that are missing."""
    letters = Letters(rt, old)
    others = spelled(rt, new)
    table: dict[str, str] = {}
    if not letters.negated:
        for at, char in enumerate(letters.chars):
            table[char] = (others[at] if at < len(others) else others[-1]) if others else ""
    found: list[str] = []
    last = None
    rt.bounds.step(len(told) // 64)
    for char in told:
        if char not in letters:
            found.append(char)
            last = None
            continue
        other = table[char] if not letters.negated else (others[-1] if others else "")
        if not squeezed or other != last:
            found.append(other)
        last = other
    return "".join(found)
