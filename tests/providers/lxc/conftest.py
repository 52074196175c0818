"""A project of containers in a directory of the test's own, in place of LXC's."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.container_record import Phase
from serai.providers.contract import Scope
from serai.providers.lxc import place, record
from serai.providers.lxc.record import Record
from serai.spec.machine import Machine


@pytest.fixture
def containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """LXC's directory."""
    root = tmp_path / "containers"
    root.mkdir()
    place.lxcpath.cache_clear()
    conf = tmp_path / "lxc.conf"
    conf.write_text(f"lxc.lxcpath = {root}\n")
    monkeypatch.setattr(place, "GLOBAL", str(conf))
    yield root
    place.lxcpath.cache_clear()


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path / "home")


@pytest.fixture
def made(containers: Path, scope: Scope):
    """Writes the record of a container as if it had been made."""

    def make(name: str, **fields: object) -> Path:
        directory = containers / f"serai-t1-{name}"
        directory.mkdir(exist_ok=True)
        given = {"applied": Machine(name=name, provider="lxc"), "phase": Phase.MADE, **fields}
        record.save(directory, Record(name=name, project="shop", project_id="t1", project_root="/shop", **given))
        return directory

    return make
