"""The way in: with the container's rights, in its control groups, as the user that is asked for."""

from __future__ import annotations

import os
import subprocess

import pytest

from serai.providers.nspawn import endpoint
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.fixture
def runs(made, living):
    """`web` runs, with a child of this process as its first."""
    child = subprocess.Popen(["sleep", "60"])
    made("web", stopped=False)
    living("web", os.getpid())
    yield
    child.kill()
    child.wait()


def test_one_that_is_off_has_no_way_in(made, scope):
    made("web")
    with pytest.raises(SeraiError, match="web is stopped: there is no way in"):
        endpoint.endpoint(scope, "web")
    with pytest.raises(SeraiError, match="db does not exist"):
        endpoint.endpoint(scope, "db")


def test_rights_that_the_container_has_not_are_left_outside(runs, scope, monkeypatch):
    monkeypatch.setattr(endpoint, "_bounding", lambda pid: ~(1 << 25 | 1 << 21))  # sys_time, sys_admin

    argv = endpoint.endpoint(scope, "web").argv

    assert argv[argv.index("--bounding-set") + 1] == "-sys_time"  # sys_admin is what it enters by
    assert argv[-1] == "--"
    assert "HOME=/root" in argv


def test_another_user_is_looked_up_inside(runs, made, scope, monkeypatch):
    made("web", stopped=False, applied=Machine(name="web", user="anna"))
    monkeypatch.setattr(endpoint.container_root, "login", lambda pid, user, name: ("1000", "1001", "/home/anna"))
    monkeypatch.setattr(endpoint, "_bounding", lambda pid: -1)

    found = endpoint.endpoint(scope, "web")

    assert found.user == "anna"
    assert found.argv[-5:] == ("-S", "1000", "-G", "1001", "--")
    assert "--bounding-set" not in found.argv


def test_its_own_rights_are_read():
    assert endpoint._bounding(os.getpid()) > 0
