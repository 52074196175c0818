"""Folders that are watched are copied again when something in them changes, and only then."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from serai.run.watch import folders_of, touched, watch
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine


def machine(name: str, source: str, **more: object) -> Machine:
    return Machine(name=name, synced_folders=[SyncedFolder(source=source, target="/srv", **more)])  # type: ignore[arg-type]


def test_only_rsync_folders_are_watched(tmp_path: Path) -> None:
    assert folders_of(machine("web", "site", exclude=["*.log"]), tmp_path) == [(tmp_path / "site", ["*.log"])]
    assert folders_of(machine("web", "site", type=FolderType.NINEP), tmp_path) == []


def test_what_is_left_out_touches_nobody(tmp_path: Path) -> None:
    places = {"web": [(tmp_path / "site", ["*.log"])], "db": [(tmp_path, [])]}
    assert touched(str(tmp_path / "site/index.html"), places) == {"web", "db"}
    assert touched(str(tmp_path / "site/x.log"), places) == {"db"}
    assert touched(str(tmp_path / ".git/HEAD"), places) == set()
    assert touched("/elsewhere", places) == set()


def test_nothing_to_watch_ends_at_once(tmp_path: Path) -> None:
    assert watch([Machine(name="web")], tmp_path, lambda machine: pytest.fail("copied")) == 0


@pytest.mark.parametrize("poll", [False, True], ids=["by the kernel", "by looking"])
def test_a_change_is_copied(tmp_path: Path, poll: bool) -> None:
    (tmp_path / "site").mkdir()
    copied = []

    def copy(machine: Machine) -> None:
        copied.append(machine.name)
        if len(copied) == 1:  # the first copy: now something changes
            threading.Timer(0.3, (tmp_path / "site/index.html").write_text, ["new"]).start()
        else:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch([machine("web", "site")], tmp_path, copy, poll=poll)
    assert copied == ["web", "web"]
