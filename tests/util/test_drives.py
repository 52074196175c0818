"""Letters of drives go on after z."""

from __future__ import annotations

import pytest

from serai.util.drives import letters


@pytest.mark.parametrize(("number", "text"), [(0, "a"), (25, "z"), (26, "aa"), (701, "zz"), (702, "aaa")])
def test_letters_go_on_after_z(number: int, text: str) -> None:
    assert letters(number) == text
