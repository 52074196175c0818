"""What is small answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("small") == {}


def test_what_looks_into_ruby_is_refused(run):
    with pytest.raises(SeraiError, match="ObjectSpace is not supported"):
        run("ObjectSpace.each_object")


def test_pp_prints_and_answers(run):
    seen = run("pp({a: 1})")

    assert (seen.printed, seen.value) == ("{:a=>1}\n", "{:a=>1}")
