"""Each check of this family says of each case's host what its data says: mtu.yaml."""

from __future__ import annotations

import pytest

from host_cases import cases, named, wrong


@pytest.mark.parametrize("case", cases("mtu"), ids=named)
def test_the_check_judges_as_the_case_says(case):
    assert wrong(case) == ""
