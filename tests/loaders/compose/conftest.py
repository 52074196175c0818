"""A Compose project of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from compose_cases import Folder


@pytest.fixture
def shop(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
