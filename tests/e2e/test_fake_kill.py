"""Killed before and after every step: the next run converges, and destroy leaves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHOP = """
project: shop
defaults: {provider: fake}
machines:
  db: {provision: [{shell: "echo db"}]}
  web: {after: {db: provisioned}}
"""
STEPS = [
    "db/create", "db/start", "db/ready", "db/provision:shell-1", "web/create", "web/start", "web/ready",
]  # fmt: skip


def test_the_list_of_steps_below_is_what_up_does(serai: Any) -> None:
    serai.file(SHOP)
    assert sorted(serai.steps()) == sorted(STEPS)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_up_is_finished_by_the_next(serai: Any, home: Path, when: str, step: str) -> None:
    serai.file(SHOP)
    killed = serai("up", code=None, env={"SERAI_FAULT": f"{when}:{step}"})
    assert killed.returncode == -9
    again = serai("up")
    assert "the last run was killed" in again.stderr or "nothing to do" in again.stderr
    assert set(serai.states().values()) == {"ready"}
    assert "nothing to do" in serai("plan").stdout
    serai("destroy", "-y")
    assert not list((home / "projects").iterdir())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["db/destroy", "web/destroy"])
def test_a_killed_destroy_is_finished_by_the_next(serai: Any, home: Path, when: str, step: str) -> None:
    serai.file(SHOP)
    serai("up")
    assert serai("destroy", "-y", code=None, env={"SERAI_FAULT": f"{when}:{step}"}).returncode == -9
    serai("destroy", "-y")
    assert set(serai.states().values()) == {"absent"}
    assert not list((home / "projects").iterdir())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", ["save", "restore", "delete"])
def test_a_killed_snapshot_leaves_a_machine_that_works(serai: Any, when: str, verb: str) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    if verb != "save":
        serai("snapshot", "save", "a")
    fault = {"SERAI_FAULT": f"{when}:web/snapshot-{verb}:a"}
    assert serai("snapshot", verb, "a", code=None, env=fault).returncode == -9
    serai("up")
    assert serai.states() == {"web": "ready"}
    serai("snapshot", verb, "a", code=None)
    serai("snapshot", "list")


FOLDERS = """
project: shop
machines:
  web:
    provider: fake
    synced_folders: [{source: ., target: /srv, type: virtiofs}]
    provision: [{shell: "echo once", name: first}, {shell: "echo each", name: each, run: always}]
"""


@pytest.mark.parametrize("life", ["first", "second"])
@pytest.mark.parametrize(
    ("killed", "left"),
    [
        ("after:web/ready", ["web/sync", "web/provision:first", "web/provision:each"]),
        ("before:web/sync", ["web/sync", "web/provision:first", "web/provision:each"]),
        ("after:web/sync", ["web/provision:first", "web/provision:each"]),
        ("before:web/provision:each", ["web/provision:each"]),
    ],
)
def test_folders_and_blocks_of_each_start_stay_due(serai: Any, killed: str, left: list[str], life: str) -> None:
    serai.file(FOLDERS)
    if life == "second":
        serai("up")
        serai("halt")
        left = [step for step in left if step != "web/provision:first"]
    assert serai("up", code=None, env={"SERAI_FAULT": killed}).returncode == -9
    assert [step for step in serai.steps() if step != "web/ready"] == left
    serai("up")
    assert serai.steps() == []


def test_folders_of_one_that_was_woken_are_not_lost(serai: Any) -> None:
    serai.file(FOLDERS)
    serai("up")
    serai("suspend")
    assert serai("up", code=None, env={"SERAI_FAULT": "after:web/resume"}).returncode == -9
    assert "web/sync" in serai.steps()


def test_folders_that_were_changed_are_not_lost(serai: Any) -> None:
    serai.file(FOLDERS)
    serai("up")
    serai.file(FOLDERS.replace("/srv", "/opt"))
    assert serai("up", code=None, env={"SERAI_FAULT": "before:web/sync"}).returncode == -9
    assert "web/sync" in serai.steps()
