"""Directories of the host are made where the file says so, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import msgspec

from serai.run.sources import make_sources
from serai.spec.machine import Machine


def test_those_that_may_be_made_are(tmp_path: Path):
    folders = [
        {"source": "new/one", "target": "/srv/one", "create": True},
        {"source": "other", "target": "/srv/other"},
    ]
    volumes = [{"source": "bound", "target": "/data", "create": True}]
    machine = msgspec.convert(
        {"name": "web", "synced_folders": folders, "container": {"volumes": volumes}}, Machine
    )

    make_sources(machine, tmp_path)
    make_sources(machine, tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["bound", "new"]
    assert (tmp_path / "new" / "one").is_dir()
