"""The choice of the provider: cases, a file each, in cases/provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("provider"))
def test_a_case_of_provider(name: str, tmp_path: Path) -> None:
    check("provider", name, tmp_path)
