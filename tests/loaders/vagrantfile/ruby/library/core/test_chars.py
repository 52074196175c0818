"""Sets of characters, from the tree of `re`."""

from __future__ import annotations

import re

import pytest

from serai.loaders.vagrantfile.ruby.library.core.chars import ALL, TREE, as_set, meet, ranges_of, without


def of(pattern: str, flags: int = 0):
    ((code, value),) = TREE.parse(pattern, flags)
    return ranges_of(code, value, flags)


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [("a", "a", "b"), ("[^a]", "b\n", "a"), (".", "a", "\n"), ("[a-c_]", "abc_", "d-"), ("[^a-z]", "A0", "q")],
)
def test_a_set_has_what_the_pattern_matches(pattern, inside, outside):
    spelled = re.compile(as_set(of(pattern)))

    assert all(spelled.match(char) for char in inside)
    assert not any(spelled.match(char) for char in outside)


def test_both_cases_are_in_where_case_is_ignored():
    assert meet(of("[a-c]", re.IGNORECASE), of("B"))
    assert not meet(of("[a-c]"), of("B"))


def test_what_is_not_in_it_is_all_the_others():
    assert without(()) == ALL
    assert without(ALL) == ()
    assert without(((5, 9), (7, 20))) == ((0, 4), (21, 0x10FFFF))


def test_no_character_has_a_set_that_never_matches():
    assert re.search(as_set(()), "abc") is None
