"""A file as a whole: cases, a file each, in cases/project."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("project"))
def test_a_case_of_project(name: str, tmp_path: Path) -> None:
    check("project", name, tmp_path)
