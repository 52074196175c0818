"""A home of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.store import Store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "home"
    root.mkdir()
    monkeypatch.setenv("SERAI_HOME", str(root))
    return root


@pytest.fixture
def store(home: Path) -> Store:
    return Store()
