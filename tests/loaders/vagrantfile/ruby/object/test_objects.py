"""What every object answers answer as Ruby's do."""

from __future__ import annotations

import pytest

from ruby_cases import cases_of, expected, name_of, printed


@pytest.mark.parametrize("case", cases_of("objects"), ids=name_of)
def test_the_case_prints_what_ruby_prints(case):
    assert printed(case) == expected(case)
