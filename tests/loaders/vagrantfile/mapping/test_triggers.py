"""Triggers: cases, a file each, in cases/triggers."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("triggers"))
def test_a_case_of_triggers(name: str, tmp_path: Path) -> None:
    check("triggers", name, tmp_path)
