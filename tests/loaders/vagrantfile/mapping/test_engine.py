"""What goes to one engine alone: cases, a file each, in cases/engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("engine"))
def test_a_case_of_engine(name: str, tmp_path: Path) -> None:
    check("engine", name, tmp_path)
