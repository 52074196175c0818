"""Forwarded ports: cases, a file each, in cases/forward."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("forward"))
def test_a_case_of_forward(name: str, tmp_path: Path) -> None:
    check("forward", name, tmp_path)
