"""Control groups: who lives in them, how they are made and limited."""

from __future__ import annotations

import os
import subprocess

import pytest

from serai.providers.nspawn import groups, place
from serai.util.errors import SeraiError

NAME = "serai-t1-web"


def test_where_groups_are(hierarchies, tmp_path, monkeypatch):
    assert groups.home(NAME) == f"{hierarchies}/unified/serai/{NAME}"
    monkeypatch.setattr(place, "BOOTED", tmp_path)
    assert groups.home(NAME) == f"{hierarchies}/unified/machine.slice/systemd-nspawn@{NAME}.service"

    table = tmp_path / "old"
    table.write_text("cgroup /c/systemd cgroup rw,xattr,name=systemd 0 0\ncgroup /c/pids cgroup rw,pids 0 0\n")
    assert groups.mounts(str(table)) == ("/c/systemd", {"name=systemd": "/c/systemd", "pids": "/c/pids"})


def test_a_host_without_any_is_told(tmp_path, monkeypatch, hierarchies):
    (tmp_path / "mounts").write_text("proc /proc proc rw 0 0\n")
    with pytest.raises(SeraiError, match="no control groups") as caught:
        groups.home(NAME)
    assert caught.value.hint.startswith("mount -t cgroup2")


def test_the_first_process_is_the_supervisors_child(living):
    child = subprocess.Popen(["sleep", "60"])
    try:
        group = str(living("web", os.getpid()))
        assert groups.supervisor(group) == os.getpid()
        assert groups.leader(group) > 0
        assert groups.supervisor(f"{group}-none") == groups.leader(f"{group}-none") == 0
    finally:
        child.kill()
        child.wait()


def test_one_is_frozen_and_let_go_on(living):
    group = str(living("web", 1))
    groups.freeze(group, on=True)
    assert groups.is_frozen(group)
    groups.freeze(group, on=False)
    assert not groups.is_frozen(group)
    assert not groups.is_frozen(f"{group}-none")


def test_groups_are_made_told_their_cpus_limited_and_removed(hierarchies):
    for name in ("cpuset.cpus", "cpuset.mems"):
        (hierarchies / "cpuset" / name).write_text("0-1")
        for place_ in ("serai", f"serai/{NAME}"):
            (hierarchies / "cpuset" / place_).mkdir(parents=True, exist_ok=True)
            (hierarchies / "cpuset" / place_ / name).write_text("\n")

    first, *others = groups.make(NAME)
    assert str(first) == groups.home(NAME)
    assert {each.parent.parent.name for each in others} == {"memory", "pids", "devices", "cpuset"}
    assert (hierarchies / "cpuset" / "serai" / NAME / "cpuset.cpus").read_text() == "0-1"

    groups.write(NAME, {"pids.max": "50"})
    limit = hierarchies / "pids" / "serai" / NAME / "pids.max"
    assert limit.read_text() == "50"
    assert f"{limit.parent}/cgroup.procs" in list(groups.joined(NAME))

    limit.unlink()
    groups.remove(NAME)
    assert not limit.parent.exists()


def test_a_limit_that_the_kernel_refuses_is_named(hierarchies):
    with pytest.raises(SeraiError, match=r"its limit pids\.max = 50 is refused: No such file"):
        groups.write(NAME, {"pids.max": "50"})


def test_what_outlives_its_supervisor_is_killed(living):
    child = subprocess.Popen(["sleep", "60"])
    group = living("web", 0)
    (group / "payload" / "cgroup.procs").write_text(f"{child.pid}\n")
    (group / "supervisor" / "cgroup.procs").write_text("")

    groups.end_all(str(group))

    assert child.wait(10) < 0
