"""The kernel's list format, both ways."""

from __future__ import annotations

import pytest

from serai.util.cpuset import numbers, ranges


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3", (3,)),
        ("0-3,8", (0, 1, 2, 3, 8)),
        ("2-4,0,^3", (2, 4, 0)),
        ("^1,0-2", (0, 2)),
        ("0-7,^2-5", (0, 1, 6, 7)),
        ("1,1-2", (1, 2)),
    ],
)
def test_a_list_is_read_in_its_order(text: str, values: tuple[int, ...]) -> None:
    assert numbers(text) == values


@pytest.mark.parametrize(
    ("values", "text"), [((), ""), ((5,), "5"), ((1, 0, 2, 5), "0-2,5"), ((4, 5, 7, 8), "4-5,7-8")]
)
def test_numbers_are_written_shortly(values: tuple[int, ...], text: str) -> None:
    assert ranges(values) == text
