"""Users and groups of the host's own files. Those of a directory service are not to be seen here."""

from __future__ import annotations

from functools import cached_property

import msgspec

from serai.host.facts.source import Source

PASSWD, GROUP = "/etc/passwd", "/etc/group"


class Account(msgspec.Struct, frozen=True):
    """`groups` holds the ids of all of them, the first one included."""

    name: str
    uid: int
    groups: frozenset[int]


class Accounts:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _groups(self) -> list[list[str]]:
        """Fields of /etc/group that are whole. Source: group(5)."""
        lines = [line.split(":") for line in self._source.read(GROUP).lines]
        return [each for each in lines if len(each) == 4 and each[2].isdigit()]

    def user(self, name: str) -> Account | None:
        """None: there is no such user. Source: passwd(5)."""
        for line in self._source.read(PASSWD).lines:
            words = line.split(":")
            if len(words) > 3 and words[0] == name and words[2].isdigit() and words[3].isdigit():
                further = {int(each[2]) for each in self._groups if name in each[3].split(",")}
                return Account(name, int(words[2]), frozenset({int(words[3]), *further}))
        return None
