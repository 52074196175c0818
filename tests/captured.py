"""Trees of files that were captured from hosts (tests/host/trees), unpacked once for all tests."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AS_IT_IS: Any = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
"""Python 3.11 of Debian 12 has no filters."""
TREES = Path(__file__).parent / "host/trees"


@pytest.fixture(scope="session")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`captured("workstation")`: its root, not to be written to."""
    place = tmp_path_factory.mktemp("trees")

    def unpacked(name: str) -> Path:
        if not (place / name).exists():
            with tarfile.open(TREES / f"{name}.tar.xz") as archive:
                archive.extractall(place / name, **AS_IT_IS)
        return place / name

    return unpacked


@pytest.fixture
def own_copy(captured: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """The same, to be written to, with the places that changes are written below."""

    def copied(name: str) -> Path:
        root = tmp_path / name
        shutil.copytree(captured(name), root, symlinks=True)
        for each in ("etc", "run", "var/lib"):
            (root / each).mkdir(parents=True, exist_ok=True)
        return root

    return copied
