"""Versions and requirements by the rules of RubyGems: `1.0.0.rc1` comes before `1.0`, `~> 1.2.3` allows 1.2.9.

Boxes are chosen by these rules (`box_version`), and a Vagrantfile may ask for them itself (`Gem::Version`).
Source: RubyGems' Gem::Version and Gem::Requirement, checked against Ruby in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

VERSION = r"[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_VERSION = re.compile(rf"\s*({VERSION})?\s*\Z")
_PARTS = re.compile(r"[0-9]+|[a-zA-Z]+")
_REQUIREMENT = re.compile(rf"\s*(=|!=|>=|<=|~>|>|<)?\s*({VERSION})\s*\Z")
_BLANK = frozenset(" \t\r\n\f\v")

Part = int | str


class Malformed(ValueError):
    """A text that is no version, or no requirement; the message is RubyGems' own."""


class Version(msgspec.Struct, frozen=True):
    """A version: compared part by part, a word before a number (`1.0.a < 1.0`), zeros at the end not counted."""

    text: str

    @property
    def parts(self) -> tuple[Part, ...]:
        """`1.0.rc1` → 1, 0, "rc", 1."""
        found = _PARTS.findall(self.text)
        return tuple(int(part) if part.isdigit() else part for part in found)

    @property
    def is_prerelease(self) -> bool:
        return any(letter.isalpha() for letter in self.text)

    def released(self) -> Version:
        """The version without what makes it a prerelease: `1.2.0.rc1` → `1.2.0`."""
        return Version(_dotted(self._numbers())) if self.is_prerelease else self

    def bumped(self) -> Version:
        """The first that `~>` does not allow any more: `1.2.3` → `1.3`."""
        numbers = self._numbers()
        kept = numbers[:-1] if len(numbers) > 1 else numbers
        return Version(_dotted((*kept[:-1], kept[-1] + 1)))

    def recommended(self) -> str:
        """The usual requirement for it: `1.2.3` → `~> 1.2`."""
        numbers = (*self._numbers(), 0)[:2]
        return f"~> {_dotted(numbers)}" + (".a" if self.is_prerelease else "")

    def _numbers(self) -> tuple[int, ...]:
        """The numbers before the first word."""
        found: list[int] = []
        for part in self.parts:
            if isinstance(part, str):
                break
            found.append(part)
        return tuple(found)

    def _compared(self) -> tuple[Part, ...]:
        numbers = self._numbers()
        rest = self.parts[len(numbers) :]
        return (*_without_zeros(numbers), *_without_zeros(rest))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def __lt__(self, other: Version) -> bool:
        return order(self, other) < 0

    def __le__(self, other: Version) -> bool:
        return order(self, other) <= 0

    def __gt__(self, other: Version) -> bool:
        return order(self, other) > 0

    def __ge__(self, other: Version) -> bool:
        return order(self, other) >= 0

    def __str__(self) -> str:
        return self.text


def version(text: str) -> Version:
    """A version from its text. RubyGems reads nothing as 0 and writes `-` as `.pre.`, and so does its text here.

    Raises Malformed."""
    found = _VERSION.match(text)
    if found is None:
        raise Malformed(f"Malformed version number string {text}")
    return Version((found[1] or "0").replace("-", ".pre."))


def is_version(text: str) -> bool:
    return _VERSION.match(text) is not None


def order(one: Version, other: Version) -> int:
    """-1, 0 or 1, as Ruby's `<=>`."""
    left, right = one._compared(), other._compared()
    for place in range(max(len(left), len(right))):
        a = left[place] if place < len(left) else 0
        b = right[place] if place < len(right) else 0
        if a == b:
            continue
        if isinstance(a, int) and isinstance(b, int):
            return -1 if a < b else 1
        if isinstance(a, str) and isinstance(b, str):
            return -1 if a < b else 1
        return -1 if isinstance(a, str) else 1
    return 0


class Constraint(msgspec.Struct, frozen=True):
    """One comparison, `>= 1.2`: operator and version."""

    operator: str
    version: Version

    def allows(self, found: Version) -> bool:
        if self.operator == "~>":
            return found >= self.version and found.released() < self.version.bumped()
        compared = order(found, self.version)
        return {
            "=": compared == 0,
            "!=": compared != 0,
            ">": compared > 0,
            "<": compared < 0,
            ">=": compared >= 0,
            "<=": compared <= 0,
        }[self.operator]

    def __str__(self) -> str:
        return f"{self.operator} {self.version}"


class Requirement(msgspec.Struct, frozen=True):
    """Constraints that all have to hold; without one, any version that is not below 0."""

    constraints: tuple[Constraint, ...]

    @property
    def is_prerelease(self) -> bool:
        """Whether it names a prerelease, which is when prereleases are looked at."""
        return any(one.version.is_prerelease for one in self.constraints)

    @property
    def is_any(self) -> bool:
        return self.constraints == ANY.constraints

    @property
    def is_exact(self) -> bool:
        return len(self.constraints) == 1 and self.constraints[0].operator == "="

    def allows(self, found: Version) -> bool:
        return all(one.allows(found) for one in self.constraints)

    def best(self, offered: Iterable[Version]) -> Version | None:
        """The highest of those that it allows."""
        return max((one for one in offered if self.allows(one)), default=None)

    def __str__(self) -> str:
        return ", ".join(str(one) for one in self.constraints)


ANY = Requirement((Constraint(">=", Version("0")),))


def constraint(text: str) -> Constraint:
    """`~> 1.2`, `>= 1.0`, or a version alone, which means `=`. Raises Malformed."""
    found = _REQUIREMENT.match(text)
    if found is None:
        raise Malformed(f'Illformed requirement ["{text}"]')
    return Constraint(found[1] or "=", version(found[2]))


def requirement(*texts: str) -> Requirement:
    """Each text is one constraint; none at all is ANY. Raises Malformed."""
    found = tuple(dict.fromkeys(constraint(text) for text in dict.fromkeys(texts)))
    return Requirement(found) if found else ANY


def listed_requirement(text: str) -> Requirement:
    """`">= 1.0, < 2"`, as a `box_version` and `Vagrant.require_version` have it. Raises Malformed."""
    return requirement(*(part.strip() for part in text.split(",") if set(part) - _BLANK))


def _without_zeros(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    end = len(parts)
    while end and parts[end - 1] == 0:
        end -= 1
    return parts[:end]


def _dotted(parts: Iterable[Part]) -> str:
    return ".".join(str(part) for part in parts)
