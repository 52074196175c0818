"""What is not there is refused by its name."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    "text", ['require "csv"; CSV.read("x.csv")', "Prime.first(3)", "Matrix[[1]]", "SimpleDelegator.new(1)"]
)
def test_its_use_is_refused_with_the_place(run, text):
    with pytest.raises(SeraiError, match=r"(CSV|Prime|Matrix|SimpleDelegator)\..* is not supported") as refused:
        run(text)

    assert str(refused.value.where).startswith("Vagrantfile:1")


def test_a_gem_is_not_found_as_without_it(run):
    assert run('begin; require "colorize"; rescue LoadError; "plain"; end').value == '"plain"'
