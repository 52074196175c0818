"""A box becomes an image: cases, a file each, in cases/box."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("box"))
def test_a_case_of_box(name: str, tmp_path: Path) -> None:
    check("box", name, tmp_path)
