"""Which patterns are left to `re`, and on which texts."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.core.matching import SOON
from serai.loaders.vagrantfile.ruby.library.core.risk import Watch, chains_of


@pytest.mark.parametrize("pattern", [r"(a*)*b", r"(a|bc)+d", r"(?:ab?)*", r"(?:\.\d+)+", r"(.)\1", r"(?=a*)b"])
def test_repeats_of_more_than_a_character_are_not_left_to_re(pattern):
    assert chains_of(pattern, 0) is None


@pytest.mark.parametrize(
    "pattern", ["abc", "a|b", "[a-z]{2,5}", r"\Aabc\Z", "a*", "(a)(b)?", r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"]
)
def test_what_cannot_go_wrong_has_no_chain(pattern):
    assert chains_of(pattern, 0) == []


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        (r"\Aa*b", 1),
        (r"a*b", 2),
        (r"a*b*c", 2),
        (r"a*a*c", 3),
        (r"a*xa*c", 2),
        (r"[^\n]*=[^\n]*;", 3),
        (r"\A[^\n]*=[^\n]*;", 2),
        (r"[a-z]+[ ]*=[ ]*[^\n]*", 2),
    ],
)
def test_repeats_that_hand_over_characters_make_a_chain(pattern, longest):
    assert max(len(chain) for chain in chains_of(pattern, 0) or [[]]) == longest


def test_short_runs_are_quick_and_long_ones_are_not():
    watch = Watch(chains_of(r"[a-z]+[ ]*=", 0) or [])

    assert watch.worst("word " * 10_000) < SOON
    assert watch.worst("w" * 50_000) > SOON
