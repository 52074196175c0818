"""Medians, spreads and ratios."""

from __future__ import annotations

import pytest

from serai.bench.stats import Ratio, ratio, summarize


def test_the_spread_is_the_quartiles():
    assert summarize([5, 1, 3, 2, 4]).median == 3
    assert (summarize([1, 2, 3, 4, 5]).low, summarize([1, 2, 3, 4, 5]).high) == (2, 4)


def test_few_samples_show_their_whole_range():
    found = summarize([9.0, 1.0, 2.0])
    assert (found.count, found.low, found.median, found.high) == (3, 1.0, 2.0, 9.0)


@pytest.mark.parametrize(("more_is_better", "expected"), [(True, 2.0), (False, 0.5)])
def test_more_than_one_is_better_whichever_way_is_better(more_is_better, expected):
    assert ratio([20, 20, 20], [10, 10, 10], more_is_better=more_is_better).value == expected


def test_samples_that_lie_apart_differ_and_those_that_mix_do_not():
    assert ratio([20, 21, 22, 20], [10, 11, 10, 12], more_is_better=True).differs
    assert not ratio([10, 14, 9, 12], [11, 10, 13, 9], more_is_better=True).differs


def test_the_same_samples_give_the_same_interval():
    first, again = (ratio([3, 4, 5], [2, 3, 4], more_is_better=True) for _ in range(2))
    assert first == again
    assert first.low <= first.value <= first.high


def test_a_baseline_of_nothing_is_no_crash():
    assert ratio([1.0], [0.0], more_is_better=True) == Ratio(float("inf"), float("inf"), float("inf"))
