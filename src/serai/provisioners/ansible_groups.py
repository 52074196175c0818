"""Groups of an Ansible inventory: ranges of names, groups of groups, and which machines a limit means.

Source: Ansible's documentation, "How to build your inventory" and "Patterns: targeting hosts and groups".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from string import ascii_letters
from typing import Any

RANGE = re.compile(r"^(.*?)\[([0-9]+|[a-zA-Z]):([0-9]+|[a-zA-Z])(?::([0-9]+))?\](.*)$")
MAX_RANGE = 10_000
EVERYONE = ("all", "*")


def expanded(name: str) -> list[str]:
    """`node[01:03].lab` as its names; a name without a range is itself."""
    match = RANGE.match(name)
    if match is None:
        return [name]
    before, first, last, step, after = match.groups()
    return [f"{before}{each}{tail}" for each in _between(first, last, int(step or 1)) for tail in expanded(after)]


def _between(first: str, last: str, step: int) -> list[str]:
    """All from one to the other, both counted; zeros in front of the first are kept."""
    if first.isdigit() and last.isdigit():
        numbers = range(int(first), int(last) + 1, max(1, step))[:MAX_RANGE]
        width = len(first) if first.startswith("0") else 0
        return [f"{number:0{width}d}" for number in numbers]
    if first.isdigit() or last.isdigit():
        return []
    return list(ascii_letters[ascii_letters.index(first) : ascii_letters.index(last) + 1 : max(1, step)])


def listed(value: Any) -> list[str]:
    """What a group is made of: a list, or words of a text."""
    return value.replace(",", " ").split() if isinstance(value, str) else [str(item) for item in value or ()]


def members(groups: Mapping[str, Any], names: Collection[str]) -> dict[str, list[str]]:
    """Group -> those of `names` that are in it, itself or by a group in it."""
    own = {
        group: [name for item in listed(value) for name in expanded(item) if name in names]
        for group, value in groups.items()
        if ":" not in group
    }
    children = {
        group.removesuffix(":children"): listed(value)
        for group, value in groups.items()
        if group.endswith(":children")
    }

    def walk(group: str, above: tuple[str, ...] = ()) -> list[str]:
        found = list(own.get(group, ()))
        for child in children.get(group, ()):
            if child not in above:
                found += walk(child, (*above, group))
        return list(dict.fromkeys(found))

    return {group: walk(group) for group in (*own, *(group for group in children if group not in own))}


def covered(limit: Sequence[str], groups: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """The machines that the patterns of a limit mean, in their order; none of them: all."""
    parts = [part.strip() for item in limit for part in _split(item) if part.strip()]
    if not parts:
        return list(names)
    sets = members(groups, names)
    chosen: set[str] = set()
    if all(part[0] in "!&" for part in parts):
        chosen = set(names)
    for part in sorted(parts, key=lambda part: "!&".find(part[0]) % 3 if part[0] in "!&" else -1):
        found = _meant(part.lstrip("!&"), sets, names)
        if part.startswith("!"):
            chosen -= found
        elif part.startswith("&"):
            chosen &= found
        else:
            chosen |= found
    return [name for name in names if name in chosen]


def _split(pattern: str) -> list[str]:
    """A pattern's parts: between commas and colons, none of which is inside brackets."""
    return re.split(r"[,:](?![^\[]*\])", pattern)


def _meant(pattern: str, groups: Mapping[str, Collection[str]], names: Collection[str]) -> set[str]:
    if pattern in EVERYONE:
        return set(names)
    if pattern.startswith("~"):
        return {name for name in names if re.match(pattern[1:], name)}
    found = {name for name in names if name in expanded(pattern) or fnmatchcase(name, pattern)}
    return found.union(*(set(each) for group, each in groups.items() if fnmatchcase(group, pattern)))
