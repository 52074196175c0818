"""A method has as many arguments as its function has parameters."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.core.entry import counted, split_named
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Hash, Sym


def none(rt, me, block):
    return 0


def one_or_two(rt, me, block, first, second=None):
    return (first, second)


def one_and_more(rt, me, block, first, *more):
    return (first, *more)


@pytest.mark.parametrize(
    ("function", "count", "message"),
    [
        (none, 1, "wrong number of arguments (given 1, expected 0)"),
        (one_or_two, 0, "wrong number of arguments (given 0, expected 1..2)"),
        (one_or_two, 3, "wrong number of arguments (given 3, expected 1..2)"),
        (one_and_more, 0, "wrong number of arguments (given 0, expected 1+)"),
    ],
)
def test_another_number_is_rubys_error(rt, function, count, message):
    with pytest.raises(RubyError) as error:
        counted(function)(rt, None, [1] * count, None)

    assert error.value.message == message


def test_the_right_number_goes_through(rt):
    assert counted(one_or_two)(rt, None, [1], None) == (1, None)
    assert counted(one_and_more)(rt, None, [1, 2, 3], None) == (1, 2, 3)


def test_named_arguments_are_told_from_a_hash(rt):
    named = Hash([(Sym("half"), 1)], keywords=True)

    assert split_named(rt, [5, named], "half") == ([5], {"half": 1})
    assert split_named(rt, [5, Hash([(Sym("half"), 1)])], "half")[1] == {}


def test_a_name_that_is_unknown_is_rubys_error(rt):
    with pytest.raises(RubyError) as error:
        split_named(rt, [Hash([(Sym("hlaf"), 1)], keywords=True)], "half")

    assert error.value.message == "unknown keyword: :hlaf"
