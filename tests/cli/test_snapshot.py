"""snapshot and clone, through the real command line."""

from __future__ import annotations

from typing import Any


def test_snapshots_and_clones(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    serai("snapshot", "save", "fresh")
    assert "has a snapshot 'fresh' already" in serai("snapshot", "save", "fresh", code=4).stderr
    assert "fresh" in serai("snapshot", "list").stdout
    assert "has no snapshot 'old'" in serai("snapshot", "restore", "old", code=3).stderr
    serai("snapshot", "restore", "fresh")
    serai("snapshot", "delete", "fresh")
    assert "only a stopped machine is cloned" in serai("clone", "web", "web2", code=4).stderr
    serai("halt")
    serai("clone", "web", "web2")
    assert serai.states() == {"web": "stopped", "web2": "stopped"}
