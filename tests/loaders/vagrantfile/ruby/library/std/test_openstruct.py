"""OpenStruct answers as Ruby does."""

from __future__ import annotations

from ruby_expressions import wrong


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("openstruct") == {}
