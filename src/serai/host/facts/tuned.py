"""tuned: the profile that is active, and what it sets, with the profiles that it includes (MEM-10).

Source: tuned, tuned.conf(5): `include` in [main], the profile's own options win; tuned-main.conf; consts.py.
"""

from __future__ import annotations

import configparser
from functools import cached_property

from serai.host.facts.source import Reading, Source, Unknown

ACTIVE = "/etc/tuned/active_profile"
PLACES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
"""Where profiles are, the first wins; tuned 2.23 moved them one directory down."""
DEPTH = 10
"""Profiles that include one another; deeper is a loop."""


class Tuned:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def active(self) -> Reading:
        """The name of the active profile; more than one are merged, the last wins."""
        return self._source.read(ACTIVE)

    @cached_property
    def known(self) -> list[str]:
        """Profiles that are installed."""
        names = {name for place in PLACES for name in self._source.names(place)}
        return sorted(name for name in names if self.file(name).there)

    def file(self, profile: str) -> Reading:
        readings = [self._source.read(f"{place}/{profile}/tuned.conf") for place in PLACES]
        return next((each for each in readings if each.there), Reading(f"{PLACES[-1]}/{profile}", there=False))

    def sets(self, section: str, *options: str) -> tuple[str, str] | None:
        """(value, file) of an option that the active profiles set, or None; of several spellings any."""
        for profile in reversed(self.active.text.split()):
            if found := self._sets(profile, section, options, DEPTH):
                return found
        return None

    def _sets(self, profile: str, section: str, options: tuple[str, ...], depth: int) -> tuple[str, str] | None:
        file = self.file(profile)
        parsed = _parsed(file) if file.there and depth else None
        if parsed is None:
            return None
        for option in options:
            if value := parsed.get(section, option, fallback=None):
                return value.removeprefix(">").strip(), file.path
        found = (self._sets(each, section, options, depth - 1) for each in reversed(_included(parsed)))
        return next((each for each in found if each), None)

    @cached_property
    def settings(self) -> dict[tuple[str, str], str]:
        """(kind of section, option) -> value as it is written, of all active profiles with those they include.

        Raises Unknown for a profile that is not there, or that cannot be read: then what counts is not known.
        """
        found: dict[tuple[str, str], str] = {}
        for profile in self.active.text.split():
            found |= self._all(profile, DEPTH)
        return found

    def _all(self, profile: str, depth: int) -> dict[tuple[str, str], str]:
        file = self.file(profile)
        if not file.there or not depth:
            raise Unknown(f"there is no profile {profile}" if depth else f"{profile} includes itself", file.path)
        parsed = _parsed(file)
        if parsed is None:
            raise Unknown("it cannot be read", file.path)
        found: dict[tuple[str, str], str] = {}
        for each in _included(parsed):
            found |= self._all(each, depth - 1)
        for section in parsed.sections():
            kind = parsed.get(section, "type", fallback=section)
            found |= {(kind, key): value for key, value in parsed.items(section) if value is not None}
        return found


def _parsed(file: Reading) -> configparser.ConfigParser | None:
    parsed = configparser.ConfigParser(
        interpolation=None, strict=False, allow_no_value=True, delimiters=("=",), comment_prefixes=("#", ";")
    )
    try:
        parsed.read_string(file.text)
    except configparser.Error:
        return None
    return parsed


def _included(parsed: configparser.ConfigParser) -> list[str]:
    return (parsed.get("main", "include", fallback=None) or "").replace(",", " ").split()
