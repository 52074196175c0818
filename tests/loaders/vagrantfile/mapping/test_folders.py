"""Synced folders: cases, a file each, in cases/folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("folders"))
def test_a_case_of_folders(name: str, tmp_path: Path) -> None:
    check("folders", name, tmp_path)
