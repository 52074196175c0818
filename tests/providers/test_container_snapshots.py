"""A root filesystem is kept while nothing writes to it, and comes back; what ran runs again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from serai.providers import container_snapshots
from serai.providers.container_record import ContainerRecord
from serai.providers.contract import Materials, quiet
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def record() -> ContainerRecord:
    spec = Machine(name="web")
    return ContainerRecord(
        name="web", project="shop", project_id="t1", project_root="/p", applied=spec, addresses={"a": "b"}
    )


def test_it_is_frozen_only_where_it_runs_and_goes_on_after_a_failure():
    said: list[str] = []
    frozen = container_snapshots.frozen
    with frozen(False, lambda: said.append("suspend"), lambda: said.append("resume")):
        assert said == []
    with (
        pytest.raises(OSError, match="full"),
        frozen(True, lambda: said.append("suspend"), lambda: said.append("resume")),
    ):
        assert said == ["suspend"]
        raise OSError("full")

    assert said == ["suspend", "resume"]


def test_files_come_back_and_what_ran_is_started_again(tmp_path: Path):
    tree, kept = tmp_path / "tree", record()
    tree.mkdir()
    (tmp_path / "hosts").write_text("")
    (tree / "file").write_text("old")

    @contextmanager
    def editing(directory: Path) -> Iterator[ContainerRecord]:
        yield kept

    container_snapshots.save(tmp_path, tree, "one", nullcontext(), editing, quiet)
    assert [each.name for each in kept.snapshots] == ["one"]
    (tree / "file").write_text("new")
    acts: list[object] = []

    def start(machine: Machine, materials: Materials) -> None:
        acts.append((machine.name, materials.addresses))

    def stop() -> None:
        acts.append("stop")

    container_snapshots.restore(tmp_path, tree, "one", kept, quiet, stop=stop, start=start)
    assert (tree / "file").read_text() == "old"
    assert acts == ["stop", ("web", {"a": "b"})]

    container_snapshots.restore(tmp_path, tree, "one", kept, quiet, stop=None, start=start)
    assert len(acts) == 2, "what was off stays off"

    container_snapshots.delete(tmp_path, "one", editing)
    assert kept.snapshots == ()
    with pytest.raises(SeraiError, match="the files of snapshot one are gone"):
        container_snapshots.restore(tmp_path, tree, "one", kept, quiet, stop=None, start=start)
