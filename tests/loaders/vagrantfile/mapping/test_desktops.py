"""The blocks of the other desktops: cases, a file each, in cases/desktops."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("desktops"))
def test_a_case_of_desktops(name: str, tmp_path: Path) -> None:
    check("desktops", name, tmp_path)
