"""The word on the command line is taken out, or put in on request."""

from __future__ import annotations

import pytest

from tuning_cases import carried_out, cases, named, wrong

CASES = cases("thp_boot")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_it_plans_what_the_case_says(case, tmp_path):
    assert wrong(tmp_path, *case) == ""


@pytest.mark.parametrize("case", CASES, ids=named)
def test_it_is_done_read_back_and_undone(case, tmp_path):
    assert carried_out(tmp_path, *case) == ""
