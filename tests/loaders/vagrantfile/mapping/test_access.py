"""The way in: cases, a file each, in cases/access."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("access"))
def test_a_case_of_access(name: str, tmp_path: Path) -> None:
    check("access", name, tmp_path)
