"""VirtualBox's block: cases, a file each, in cases/virtualbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("virtualbox"))
def test_a_case_of_virtualbox(name: str, tmp_path: Path) -> None:
    check("virtualbox", name, tmp_path)
