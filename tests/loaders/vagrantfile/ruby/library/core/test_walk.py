"""Going over what has each, until there is enough."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.core.walk import ENOUGH, items_of, packed, walk
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Range
from serai.util.errors import SeraiError


def first_two(rt, thing):
    found = []

    def see(item):
        found.append(item)
        return ENOUGH if len(found) == 2 else None

    walk(rt, thing, see)
    return found


@pytest.mark.parametrize(
    ("thing", "expected"),
    [(Array([5, 6, 7]), [5, 6]), (Range(1, None), [1, 2]), (Range(1, 1), [1]), (Hash([(1, 2)]), [Array([1, 2])])],
    ids=["array", "endless", "one", "hash"],
)
def test_it_stops_where_there_is_enough(rt, thing, expected):
    assert first_two(rt, thing) == expected


def test_an_each_of_the_files_is_left_in_the_middle(answer):
    said = answer("(class W; include Enumerable; def each; loop { yield 1 }; end; end; W.new.first(3))")

    assert said == "[1, 1, 1]"


def test_an_ensure_runs_when_it_is_left(answer):
    said = answer(
        "($left = 0; class W; include Enumerable; def each; yield 1; yield 2; ensure; $left += 1; end; end;"
        " [W.new.first, W.new.find { |x| x == 1 }, $left])"
    )

    assert said == "[1, 1, 2]"


def test_all_of_what_has_no_end_is_refused(bounded):
    with pytest.raises(SeraiError), bounded.guard():
        items_of(bounded, Range(1, None))


def test_several_values_are_one_array():
    assert packed([1]) == 1
    assert packed([]) is None
    assert packed([1, 2]) == Array([1, 2])
