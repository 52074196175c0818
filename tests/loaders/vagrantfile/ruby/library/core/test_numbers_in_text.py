"""Numbers in texts: every line of data/numbers_in_text.rb, which a real Ruby has answered."""

from __future__ import annotations

from collections.abc import Callable


def test_it_is_what_ruby_says(case, answer: Callable[[str], str]) -> None:
    assert answer(case.expression) == case.expected
