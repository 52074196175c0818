"""What a container's acts leave, where the acts themselves are seen in tests/e2e/test_lxc_life.py."""

from __future__ import annotations

import os

import pytest

from serai.providers.contract import Materials
from serai.providers.lxc import command, lifecycle
from serai.providers.lxc.record import Phase
from serai.providers.lxc.site import Site
from serai.spec.container import Container
from serai.spec.container_parts import Files
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def test_small_files_belong_to_the_containers_own_users(scope, tmp_path, monkeypatch):
    owners: list[tuple[str, tuple[int, int], int]] = []
    monkeypatch.setattr(
        lifecycle, "_put", lambda path, text, owner, mode=0o644: owners.append((text, owner, mode))
    )
    (tmp_path / "app.conf").write_text("kept")
    files = [Files(target="/a", content="x", uid=5, gid=6, mode="0600"), Files(target="/b", source="app.conf")]
    machine = Machine(name="web", container=Container(files=files, dns=["10.0.0.1"], dns_search=["test"]))
    site = Site(hostname="web", idmap=("u 0 100000 65536", "g 0 200000 65536"))

    lifecycle.write_files(scope, tmp_path, machine, Materials(), site)

    assert owners[1:] == [
        ("search test\nnameserver 10.0.0.1\n", (100000, 200000), 0o644),
        ("x", (100005, 200006), 0o600),
        ("kept", (100000, 200000), 0o444),
    ]


def test_a_file_that_is_bound_stays_the_same_file(tmp_path):
    path = tmp_path / "hosts"
    lifecycle._put(path, "one", (os.getuid(), os.getgid()))
    before = path.stat().st_ino
    lifecycle._put(path, "two", (-1, -1))

    assert (path.stat().st_ino, path.read_text()) == (before, "two")


def test_what_is_not_made_is_named(scope, made):
    with pytest.raises(SeraiError, match="web is not made"):
        lifecycle.made(scope, "web")
    made("web", phase=Phase.CREATING)
    with pytest.raises(SeraiError, match="web was never made to the end"):
        lifecycle.made(scope, "web")


def test_one_that_is_off_is_neither_frozen_nor_let_go_on(scope, made):
    made("web")
    with pytest.raises(SeraiError, match="web is not running"):
        lifecycle.suspend(scope, "web")
    with pytest.raises(SeraiError, match="web is not suspended: it is off"):
        lifecycle.resume(scope, "web")


def test_acts_may_be_called_twice(scope, made, monkeypatch):
    made("web")
    monkeypatch.setattr(command, "state", lambda root, name: "RUNNING")
    machine = Machine(name="web")

    lifecycle.create(scope, machine, Materials(), lambda phrase: None)
    lifecycle.start(scope, machine, Materials(), lambda phrase: None)
    lifecycle.resume(scope, "web")


def test_a_torn_record_does_not_keep_a_container_from_going(scope, made):
    directory = made("web")
    (directory / "serai.json").write_text("{")

    lifecycle.destroy(scope, "web")
    lifecycle.destroy(scope, "web")

    assert not directory.exists()
