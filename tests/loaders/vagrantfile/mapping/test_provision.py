"""Provisioners: cases, a file each, in cases/provision."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("provision"))
def test_a_case_of_provision(name: str, tmp_path: Path) -> None:
    check("provision", name, tmp_path)
