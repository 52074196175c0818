"""A machine as a whole: cases, a file each, in cases/machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("machine"))
def test_a_case_of_machine(name: str, tmp_path: Path) -> None:
    check("machine", name, tmp_path)
