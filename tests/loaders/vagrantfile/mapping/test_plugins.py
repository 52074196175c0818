"""Namespaces of plugins: cases, a file each, in cases/plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("plugins"))
def test_a_case_of_plugins(name: str, tmp_path: Path) -> None:
    check("plugins", name, tmp_path)
