"""Matching: a Regexp is compiled once, and a match is Ruby's MatchData. No pattern can hold serai up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Regexp, Str, Value

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.ruby.library.core.risk import Watch

Spans = tuple[tuple[int, int], ...]
"""Start and end of the match and of each group; (-1, -1) where a group took no part."""
SOON = 3_000_000
"""Characters looked at, about; 10 to 20 ms of `re`."""
CHARACTERS_PER_STEP = 200


class Engine(Protocol):
    groups: int
    names: dict[str, int]

    def search(self, rt: Runtime, text: str, at: int) -> Spans | None:
        """The first match from `at` on."""
        ...

    def match(self, rt: Runtime, text: str, at: int) -> Spans | None:
        """A match that begins at `at`."""
        ...


class Watched:
    """Python's `re`, where the text lets it end soon; else the careful matcher."""

    def __init__(self, source: str, flags: int, watch: Watch) -> None:
        self.source, self.flags, self.watch = source, flags, watch
        self.pattern = re.compile(source, flags)
        self.groups = self.pattern.groups
        self.names = dict(self.pattern.groupindex)
        self.careful: Engine | None = None
        self.text, self.worst = "", 0

    def search(self, rt: Runtime, text: str, at: int) -> Spans | None:
        if self.worst_of(text) > SOON:
            return self.carefully(rt).search(rt, text, at)
        found = self.pattern.search(text, at)
        self.count(rt, (len(text) if found is None else found.end()) - at)
        return None if found is None else found.regs

    def match(self, rt: Runtime, text: str, at: int) -> Spans | None:
        if self.worst_of(text) > SOON:
            return self.carefully(rt).match(rt, text, at)
        found = self.pattern.match(text, at)
        self.count(rt, 1 if found is None else found.end() - at)
        return None if found is None else found.regs

    def worst_of(self, text: str) -> int:
        """Characters looked at, at the most, from anywhere in the text; kept for the next match in it."""
        if text is not self.text:
            self.text, self.worst = text, self.watch.worst(text)
        return self.worst

    def count(self, rt: Runtime, covered: int) -> None:
        """Steps for the part of the text that a match went over."""
        rt.bounds.step(1 + self.worst * covered // (len(self.text) + 1) // CHARACTERS_PER_STEP)

    def carefully(self, rt: Runtime) -> Engine:
        from serai.loaders.vagrantfile.ruby.library.core.pattern import NotTranslated

        if self.careful is None:
            try:
                self.careful = careful(self.source, self.flags)
            except NotTranslated as error:
                raise rt.refused(f"{error} in a pattern, on so long a text", "match line by line") from None
        return self.careful


def careful(source: str, flags: int) -> Engine:
    from serai.loaders.vagrantfile.ruby.library.core.backtrack import Careful

    return Careful(source, flags)


class Found:
    """A match: what MatchData is made of."""

    __slots__ = ("engine", "regexp", "spans", "text")

    def __init__(self, text: str, spans: Spans, engine: Engine, regexp: Regexp) -> None:
        self.text, self.spans, self.engine, self.regexp = text, spans, engine, regexp

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[0][1]

    def group(self, number: int) -> Str | None:
        first, last = self.spans[number]
        return None if first < 0 else Str(self.text[first:last])


def engine_of(rt: Runtime, regexp: Regexp) -> Engine:
    """The compiled pattern. Raises Ruby's RegexpError, or refuses what is not supported."""
    if regexp.compiled is None:
        regexp.compiled = _compiled(rt, regexp)
    engine: Engine = regexp.compiled
    return engine


def _compiled(rt: Runtime, regexp: Regexp) -> Engine:
    from serai.loaders.vagrantfile.ruby.library.core.pattern import NotTranslated, Wrong, translated
    from serai.loaders.vagrantfile.ruby.library.core.pattern_set import SetError
    from serai.loaders.vagrantfile.ruby.library.core.risk import Watch, chains_of

    rt.bounds.grow(len(regexp.source) * 64)
    rt.bounds.step(len(regexp.source))
    try:
        source = translated(regexp.source, regexp.options)
        flags = re.MULTILINE | (re.IGNORECASE if "i" in regexp.options else 0)
        chains = chains_of(source, flags)
        return careful(source, flags) if chains is None else Watched(source, flags, Watch(chains))
    except NotTranslated as error:
        raise rt.refused(f"{error} in /{regexp.source}/", "write the pattern in another way") from None
    except (Wrong, SetError) as error:
        raise rt.raised("RegexpError", f"{error}: /{regexp.source}/") from None
    except (re.error, OverflowError, RecursionError) as error:
        raise rt.refused(f"{error} in /{regexp.source}/", "write the pattern in another way") from None


def search(rt: Runtime, regexp: Regexp, text: str, at: int = 0) -> Found | None:
    """The first match from `at` on."""
    engine = engine_of(rt, regexp)
    spans = engine.search(rt, text, at)
    return None if spans is None else Found(text, spans, engine, regexp)


def match_at(rt: Runtime, regexp: Regexp, text: str, at: int = 0) -> Found | None:
    """A match that begins at `at`."""
    engine = engine_of(rt, regexp)
    spans = engine.match(rt, text, at)
    return None if spans is None else Found(text, spans, engine, regexp)


def search_back(rt: Runtime, regexp: Regexp, text: str, at: int) -> Found | None:
    """The last match that begins at `at` or before."""
    for start in range(min(at, len(text)), -1, -1):
        found = match_at(rt, regexp, text, start)
        if found is not None:
            return found
    return None


def each_match(rt: Runtime, regexp: Regexp, text: str) -> Iterator[Found]:
    """Every match, from left to right; after an empty one it goes on a character later."""
    at = 0
    while at <= len(text):
        found = search(rt, regexp, text, at)
        if found is None:
            return
        yield found
        at = found.end + (found.end == found.start)


def regexp_of(rt: Runtime, pattern: Value) -> Regexp:
    """A Regexp, or a String that stands for itself."""
    if isinstance(pattern, Regexp):
        return pattern
    if isinstance(pattern, Str):
        return Regexp(escaped(pattern.s))
    from serai.loaders.vagrantfile.ruby.library.core.entry import kind_name

    raise rt.raised("TypeError", f"wrong argument type {kind_name(rt, pattern)} (expected Regexp)")


SIGNS = frozenset("[]{}()|-*.\\?+^$#")
SPACES = {" ": "\\ ", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v"}


def escaped(text: str) -> str:
    """`Regexp.escape`"""
    return "".join(f"\\{char}" if char in SIGNS else SPACES.get(char, char) for char in text)


def data_of(rt: Runtime, found: Found | None) -> Value:
    """The MatchData, or nil."""
    return None if found is None else Object(rt.constant("MatchData"), found)


def remember(rt: Runtime, found: Found | None) -> Value:
    """The MatchData, which is `$~` from now on."""
    data = data_of(rt, found)
    rt.last_match = data
    return data
