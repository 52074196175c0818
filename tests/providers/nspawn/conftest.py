"""A project of containers in a directory of the test's own, in place of systemd-nspawn's."""

from __future__ import annotations

from pathlib import Path

import pytest

from nspawn_site import fixed
from serai.providers import control_groups
from serai.providers.container_record import Phase
from serai.providers.contract import Scope
from serai.providers.nspawn import launch, netns, place, record
from serai.providers.nspawn.record import Record
from serai.spec.machine import Machine


@pytest.fixture
def scope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scope:
    return fixed(monkeypatch, tmp_path)


@pytest.fixture
def hierarchies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Directories in place of the control groups of a host that has both versions, without systemd."""
    top = tmp_path / "cgroup"
    mounts = tmp_path / "mounts"
    lines = [f"cgroup2 {top}/unified cgroup2 rw 0 0"]
    for name in ("unified", "memory", "pids", "devices", "cpuset"):
        (top / name).mkdir(parents=True)
        lines += [f"cgroup {top}/{name} cgroup rw,{name} 0 0"] if name != "unified" else []
    mounts.write_text("".join(f"{line}\n" for line in lines))
    monkeypatch.setattr(control_groups, "MOUNTS", str(mounts))
    monkeypatch.setattr(place, "BOOTED", tmp_path / "no-systemd")
    return top


@pytest.fixture
def machines(scope: Scope, hierarchies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """/var/lib/machines."""
    root = tmp_path / "machines"
    monkeypatch.setattr(place, "MACHINES", str(root))
    monkeypatch.setattr("serai.providers.nspawn.lifecycle.MACHINES", str(root))
    monkeypatch.setattr(place, "SETTINGS", tmp_path / "settings")
    monkeypatch.setattr(place, "UNITS", tmp_path / "units")
    monkeypatch.setattr(netns, "PLACE", tmp_path / "netns")
    monkeypatch.setattr(launch, "PROPAGATE", tmp_path / "propagate")
    return root


@pytest.fixture
def made(machines: Path, scope: Scope):
    """Writes the record of a container as if it had been made."""

    def make(name: str, **fields: object) -> Path:
        directory = machines / ".serai" / f"serai-t1-{name}"
        directory.mkdir(parents=True, exist_ok=True)
        (machines / f"serai-t1-{name}").mkdir(exist_ok=True)
        given = {"applied": Machine(name=name, provider="nspawn"), "phase": Phase.MADE, **fields}
        record.save(directory, Record(name=name, project="shop", project_id="t1", project_root="/shop", **given))
        return directory

    return make


@pytest.fixture
def living(hierarchies: Path):
    """Gives a container's group a supervisor."""

    def live(name: str, pid: int, *, frozen: bool = False) -> Path:
        group = hierarchies / "unified" / "serai" / f"serai-t1-{name}"
        (group / "supervisor").mkdir(parents=True)
        (group / "payload").mkdir()
        (group / "supervisor" / "cgroup.procs").write_text(f"{pid}\n")
        (group / "payload" / "cgroup.freeze").write_text("1\n" if frozen else "0\n")
        return group

    return live
