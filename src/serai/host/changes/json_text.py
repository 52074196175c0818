"""One key put into the text of a JSON object, or taken out of it, with every other byte left as it is."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
INDENT = "    "
"""Of a file that shows none of its own."""


class Member(NamedTuple):
    """Where a member of an object stands in the text: offsets of its key, and of its value."""

    key: str
    key_start: int
    start: int
    end: int


class Object(NamedTuple):
    """An object in the text: offsets of its braces."""

    start: int
    end: int
    members: list[Member]

    def member(self, key: str) -> Member | None:
        """Of a key that is there twice the last one counts, as readers of JSON have it."""
        return next((each for each in reversed(self.members) if each.key == key), None)


def value_of(text: str, path: tuple[str, ...]) -> Any:
    """The value at a path of keys. Raises KeyError where there is none, ValueError for what is no JSON object."""
    value = _whole(text)
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise KeyError(key)
        value = value[key]
    return value


def put(text: str, path: tuple[str, ...], value: Any) -> str:
    """The text with `value` at a path of keys; objects above it are made. Raises ValueError."""
    _whole(text)
    return _put(text, _space(text, 0), path, value, 0)


def drop(text: str, path: tuple[str, ...]) -> str:
    """The text without the member at a path of keys; nothing changes where there is none. Raises ValueError."""
    _whole(text)
    at = _space(text, 0)
    for key in path[:-1]:
        found = _object(text, at).member(key)
        if found is None or text[found.start] != "{":
            return text
        at = found.start
    whole = _object(text, at)
    member = whole.member(path[-1])
    if member is None:
        return text
    index = whole.members.index(member)
    if index + 1 < len(whole.members):
        return text[: member.key_start] + text[whole.members[index + 1].key_start :]
    if index:
        return text[: whole.members[index - 1].end] + text[member.end :]
    return text[: whole.start + 1] + text[whole.end :]


def _whole(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value


def _put(text: str, at: int, path: tuple[str, ...], value: Any, depth: int) -> str:
    whole = _object(text, at)
    member = whole.member(path[0])
    if member and len(path) > 1 and text[member.start] == "{":
        return _put(text, member.start, path[1:], value, depth + 1)
    for key in reversed(path[1:]):
        value = {key: value}
    if member:
        return text[: member.start] + _dumped(value, depth + 1) + text[member.end :]
    said = f"{json.dumps(path[0])}: {_dumped(value, depth + 1)}"
    if not whole.members:
        inside = f"\n{INDENT * (depth + 1)}{said}\n{INDENT * depth}"
        return text[: whole.start + 1] + inside + text[whole.end :]
    first, last = whole.members[0], whole.members[-1]
    return f"{text[: last.end]},{text[whole.start + 1 : first.key_start]}{said}{text[last.end :]}"


def _dumped(value: Any, depth: int) -> str:
    lines = json.dumps(value, indent=len(INDENT)).splitlines()
    return "\n".join([lines[0], *(f"{INDENT * depth}{line}" for line in lines[1:])])


def _object(text: str, at: int) -> Object:
    """The object whose brace is at `at`, of a text that is known to be JSON."""
    members = []
    here = _space(text, at + 1)
    while text[here] != "}":
        key, after = _DECODER.raw_decode(text, here)
        start = _space(text, _space(text, after) + 1)
        _, end = _DECODER.raw_decode(text, start)
        members.append(Member(key, here, start, end))
        here = _space(text, end)
        if text[here] == ",":
            here = _space(text, here + 1)
    return Object(at, here, members)


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
