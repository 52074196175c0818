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


def test_what_was_pushed_last_is_popped_first(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}, db: {provider: fake}}\n")
    serai("up")
    assert "no machine has a pushed snapshot" in serai("snapshot", "pop", code=4).stderr
    serai("snapshot", "push")
    serai("snapshot", "push", "web")
    names = [item["name"] for item in serai.json("snapshot", "list")["snapshots"]["web"]]
    assert len(names) == 2
    assert names == sorted(names)
    assert f"web: restored {names[1]}" in serai("snapshot", "pop", "web").stderr
    assert f"web: restored {names[0]}" in serai("snapshot", "pop", "--no-delete").stderr
    left = serai.json("snapshot", "list")["snapshots"]
    assert [item["name"] for item in left["web"]] == names[:1]
    serai("snapshot", "pop", "db")
    assert "nothing was pushed" in serai("snapshot", "pop", "db", code=4).stderr


def test_a_saved_name_is_replaced_by_force(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    serai("snapshot", "save", "fresh")
    out = serai("snapshot", "save", "-f", "fresh").stderr
    assert out.splitlines() == ["web: deleted fresh", "web: saved fresh"]


def test_what_goes_back_is_started_or_stopped_as_asked(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    serai("snapshot", "save", "live")
    serai("snapshot", "restore", "live", "--no-start")
    assert serai.states() == {"web": "stopped"}
    serai("snapshot", "save", "off")
    serai("snapshot", "restore", "off")
    assert serai.states() == {"web": "stopped"}
    serai("snapshot", "restore", "off", "--start")
    assert serai.states() == {"web": "ready"}


def test_what_force_is_refused_loses_nothing(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}, db: {provider: fake}}\n")
    serai("up", "web")
    serai("snapshot", "save", "precious", "web")
    assert "db is not made yet" in serai("snapshot", "save", "--force", "precious", "web", "db", code=4).stderr
    assert [item["name"] for item in serai.json("snapshot", "list")["snapshots"]["web"]] == ["precious"]
