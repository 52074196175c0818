"""What short forms are made of: one key for a scalar, a switch, a pair."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.form import as_key, null_is_empty, pair, switch
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems


@pytest.mark.parametrize(
    ("expand", "text", "long"),
    [
        (as_key("size"), "1", {"size": 1}),
        (as_key("size"), "{size: 1}", {"size": 1}),
        (as_key("size"), "null", None),
        (null_is_empty(as_key("size")), "null", {}),
        (switch(), "true", {}),
        (switch(), "false", None),
        (switch("size"), "1", {"size": 1}),
        (pair("a", "b", "x"), "c:d:e", {"a": "c:d", "b": "e"}),
    ],
)
def test_a_scalar_becomes_what_it_is_short_for(expand, text, long):  # type: ignore[no-untyped-def]
    problems = Problems("f")

    assert plain(expand(parse(f"x: {text}", problems).items["x"], problems)) == long


def test_a_pair_needs_both_halves():
    problems = Problems("f")

    assert pair("a", "b", "`c:d`")(parse("x: c", problems).items["x"], problems) is None
    assert "is not `a:b`" in str(problems.errors()[0])
