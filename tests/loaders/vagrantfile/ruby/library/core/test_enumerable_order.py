"""What has each, in pieces: every line of data/enumerable_order.rb, which a real Ruby has answered."""

from __future__ import annotations

from collections.abc import Callable


def test_it_is_what_ruby_says(case, answer: Callable[[str], str]) -> None:
    assert answer(case.expression) == case.expected
