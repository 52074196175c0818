"""Assignments with an operator print what they print under Ruby."""

from __future__ import annotations

import pytest

from ruby_cases import cases_of, expected, name_of, printed


@pytest.mark.parametrize("case", cases_of("assign_operator"), ids=name_of)
def test_the_case_prints_what_ruby_prints(case):
    assert printed(case) == expected(case)
