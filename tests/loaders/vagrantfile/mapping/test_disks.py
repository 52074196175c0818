"""Disks and user data: cases, a file each, in cases/disks."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("disks"))
def test_a_case_of_disks(name: str, tmp_path: Path) -> None:
    check("disks", name, tmp_path)
