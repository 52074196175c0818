"""Networks and cards: cases, a file each, in cases/networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("networks"))
def test_a_case_of_networks(name: str, tmp_path: Path) -> None:
    check("networks", name, tmp_path)
