"""A home and a Vagrant home of each test's own, and a server of boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from box_files import Server, serving
from serai.images.boxes.add import add
from serai.images.boxes.shelf import Box
from serai.images.boxes.source import Wanted


@pytest.fixture(autouse=True)
def shelves(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither the person's own boxes nor their login are seen by a test; gives the Vagrant home."""
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    for name in ("VAGRANT_SERVER_URL", "VAGRANT_CLOUD_TOKEN", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert home
    return tmp_path / "vagrant.d"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


Add = Callable[..., Box]


@pytest.fixture
def bring() -> Add:
    """`bring(address, name=…, constraint=…)`: serai box add."""

    def act(address: object, *, force: bool = False, said: list[str] | None = None, **more: Any) -> Box:
        tell = said.append if said is not None else lambda _phrase: None
        return add(Wanted(address=str(address), **more), force=force, progress=tell)

    return act
