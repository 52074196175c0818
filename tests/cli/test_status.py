"""status: a stable form, no lock, and machines found again."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

SHOP = """
project: shop
defaults: {provider: fake}
machines:
  db: {provision: [{shell: "echo db", name: install}]}
  web: {count: 2, after: {db: provisioned}, networks: [{private: backend}]}
"""


def test_status_json_has_the_stable_form(serai: Any) -> None:
    serai.file(SHOP)
    serai("up", "web-1")
    found = serai.json("status")
    assert found["project"] == "shop"
    assert list(found["machines"]) == ["db", "web-1", "web-2"]
    web = found["machines"]["web-1"]
    assert (web["state"], web["provider"], web["native_state"]) == ("ready", "fake", "running")
    assert web["addresses"] == ["10.40.0.10"]
    assert web["forwards"] == []
    assert found["machines"]["web-2"]["state"] == "absent"


def test_reading_never_waits_for_a_lock(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake, providers: {fake: {delay: {create: 100}}}}}\n")
    first = serai.spawn("up")
    end = time.monotonic() + 60
    while serai.states() != {"web": "creating"} and time.monotonic() < end:
        time.sleep(0.1)
    assert serai.states() == {"web": "creating"}
    serai("plan", code=2)
    assert first.poll() is None, "it was waited for"
    first.kill()
    first.communicate()


def test_a_moved_project_and_a_lost_dot_directory_keep_their_machines(serai: Any, tmp_path: Path) -> None:
    serai.file(SHOP)
    serai("up")
    serai.root = serai.root.rename(tmp_path / "moved")
    assert set(serai.states().values()) == {"ready"}
    serai("up")
    shutil.rmtree(serai.root / ".serai")
    assert set(serai.states().values()) == {"ready"}
    serai("destroy", "-y")


def test_a_machine_that_left_the_file_is_named_and_can_be_destroyed(serai: Any) -> None:
    serai.file("project: shop\ndefaults: {provider: fake}\nmachines: {web: {}, old: {}}\n")
    serai("up")
    serai.file("project: shop\ndefaults: {provider: fake}\nmachines: {web: {}}\n")
    assert "not in the project file (serai destroy old)" in serai("status").stdout
    assert "old  left alone" in serai("plan").stdout
    serai("destroy", "-y", "old")
    assert serai.states() == {"web": "ready"}


def test_no_project_file_says_how_to_get_one(serai: Any) -> None:
    serai.root.mkdir()
    assert "serai init" in serai("status", code=3).stderr


def test_memory_is_told_of_machines_that_are_processes_here(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    assert "no machine runs as a process of this host" in serai("status", "--memory").stderr
    assert serai.json("status", "--memory") == {
        "project": "shop",
        "machines": {},
        "total": {"private": 0, "shared": 0, "proportional": 0},
    }
