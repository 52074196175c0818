"""No pattern holds serai up, whatever the text."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.core.matching import (
    each_match,
    engine_of,
    escaped,
    search,
    search_back,
)
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Regexp
from serai.util.errors import SeraiError

HOSTILE = [
    (r"(a+)+$", "a" * 3_000 + "!"),
    (r"(a|aa)+$", "a" * 3_000 + "!"),
    (r"(.*)*x", "a" * 3_000),
    (r"a*a*a*a*a*a*b", "a" * 5_000),
    (r"^(\w+\s?)*$", "word " * 500 + "!"),
    (r"\s+$", " " * 20_000 + "x"),
    (r"(x+x+)+y", "x" * 3_000),
    (r"(?:a?){40}a{40}", "a" * 39),
    (r".*.*.*=.*", "x" * 3_000),
    (r"([a-zA-Z0-9]+)*@", "a" * 5_000),
]


@pytest.mark.parametrize(("pattern", "text"), HOSTILE, ids=[pattern for pattern, _ in HOSTILE])
@pytest.mark.timeout(30)
def test_a_hostile_pattern_ends_within_a_second(rt, pattern, text):
    search(rt, Regexp(pattern), text)


@pytest.mark.timeout(30)
def test_a_long_file_of_short_lines_is_read_quickly(rt):
    text = "key = value # comment\n" * 2_000
    assert sum(1 for _ in each_match(rt, Regexp(r"^(\w+)\s*=\s*(.*)$"), text)) == 2_000


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a)", "(?<n>a)\\k<m>", "[z-a]", "\\"])
def test_what_is_no_pattern_is_an_error(rt, pattern):
    with pytest.raises((RubyError, SeraiError)):
        engine_of(rt, Regexp(pattern))


def test_what_is_not_supported_says_what(rt):
    with pytest.raises(SeraiError) as error:
        engine_of(rt, Regexp(r"a\Kb"))

    assert r"\K (keep what is before) in /a\Kb/" in error.value.message


def test_an_empty_match_goes_on(rt):
    assert [found.start for found in each_match(rt, Regexp("x*"), "axb")] == [0, 1, 2, 3]


def test_the_last_match_is_found_from_the_right(rt):
    found = search_back(rt, Regexp(r"\d"), "a1b2c", 5)

    assert found is not None
    assert found.spans == ((3, 4),)
    assert search_back(rt, Regexp("z"), "abc", 3) is None


def test_escaped_is_a_pattern_for_itself(rt):
    text = "a.b[c] (d)\n\t*+?^$|{}#-\\"

    assert search(rt, Regexp(escaped(text)), f"x{text}y").spans == ((1, 1 + len(text)),)


def test_a_pattern_that_is_too_large_for_care_is_refused_on_a_long_text(rt):
    pattern = Regexp("(?:" + "a{12}" * 12 + "){12}{12}a*a*b")

    with pytest.raises(SeraiError) as error:
        search(rt, pattern, "a" * 5_000)

    assert "so many repetitions" in error.value.message
