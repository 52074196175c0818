"""Lowering: units become numbers, texts stay as written, nulls are left out."""

from __future__ import annotations

import pytest

from serai.loaders.shape import record, shape_of
from serai.loaders.yaml.lower import Lowering
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.spec.base import Duration, Size
from serai.spec.guest import Ready


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (Size, "1GiB", 2**30),
        (Duration, "1m30s", 90.0),
        (Duration, "90", 90.0),
        (str, "010", "010"),
        (str, "on", "on"),
        (str, "true", "true"),
        (str, "3.10", "3.10"),
        (int, "010", 10),
        (bool, "true", True),
        (list[str], "[1, a]", ["1", "a"]),
        (dict[str, str], "{a: 1, b: null}", {"a": "1"}),
        (str, "{a: 1}", {"a": 1}),
        (list[int], "[1, null]", [1, None]),
    ],
)
def test_a_value_becomes(hint, text, value):
    problems = Problems("f")
    node = parse(f"x: {text}", problems).items["x"]

    assert Lowering(problems).lower(node, shape_of(hint)) == value
    assert len(problems) == 0


def test_a_wrong_unit_is_a_problem_and_left_out():
    problems = Problems("f")

    assert Lowering(problems).lower(parse("{tcp: 80, within: soon}", problems), record(Ready)) == {"tcp": 80}
    assert str(problems.errors()[0]).startswith("f:1:19: within: 'soon' is not a duration")


def test_a_shared_node_is_lowered_once():
    problems = Problems("f")
    node, lowering = parse("tcp: 80", problems), Lowering(problems)

    assert lowering.lower(node, record(Ready)) is lowering.lower(node, record(Ready))
