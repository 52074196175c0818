"""Problems are collected once each, and told in the order of the file."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems, join
from serai.util.errors import Code, SeraiErrors


@pytest.fixture
def problems():
    return Problems("f.yaml")


def test_they_are_told_in_the_order_of_the_file(problems):
    root = parse("a: 1\nb: 2\n", problems)
    problems.at(root.items["b"], "later", "do this")
    problems.at_key(root, "a", "sooner")

    assert [str(error) for error in problems.errors()] == [
        "f.yaml:1:1: a: sooner",
        "f.yaml:2:4: b: later (do this)",
    ]


def test_the_same_problem_counts_once(problems):
    problems.add((1, 1), "same")
    problems.add((1, 1), "same")
    problems.add((1, 2), "same")

    assert len(problems) == 2


def test_none_stops_nothing(problems):
    problems.stop_if_any()


def test_any_stop_it(problems):
    problems.add((3, 4), "wrong")

    with pytest.raises(SeraiErrors) as caught:
        problems.stop_if_any()
    assert caught.value.code is Code.INPUT
    assert str(caught.value) == "f.yaml:3:4: wrong"


def test_paths_are_joined_by_dots():
    assert (join("", "a"), join("a", "b")) == ("a", "a.b")
