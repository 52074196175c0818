"""Small files that a container sees: whose they are, and that one which is seen stays the same file."""

from __future__ import annotations

import os

from serai.providers import container_files
from serai.providers.contract import Materials, Scope
from serai.spec.container import Container
from serai.spec.container_parts import Files
from serai.spec.machine import Machine


def test_small_files_belong_to_the_containers_own_users(tmp_path, monkeypatch):
    owners: list[tuple[str, tuple[int, int], int]] = []
    monkeypatch.setattr(
        container_files, "_put", lambda path, text, owner, mode=0o644: owners.append((text, owner, mode))
    )
    (tmp_path / "app.conf").write_text("kept")
    files = [Files(target="/a", content="x", uid=5, gid=6, mode="0600"), Files(target="/b", source="app.conf")]
    machine = Machine(name="web", container=Container(files=files, dns=["10.0.0.1"], dns_search=["test"]))
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)

    container_files.write_files(scope, tmp_path, machine, Materials(), (100000, 200000))

    assert owners[1:] == [
        ("search test\nnameserver 10.0.0.1\n", (100000, 200000), 0o644),
        ("x", (100005, 200006), 0o600),
        ("kept", (100000, 200000), 0o444),
    ]


def test_a_file_that_is_bound_stays_the_same_file(tmp_path):
    path = tmp_path / "hosts"
    container_files._put(path, "one", (os.getuid(), os.getgid()))
    before = path.stat().st_ino
    container_files._put(path, "two", (-1, -1))

    assert (path.stat().st_ino, path.read_text()) == (before, "two")


def test_peers_are_what_the_hosts_file_names(tmp_path):
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n10.40.0.11 db mail\n")

    assert container_files.peers_of(tmp_path) == {"db": "10.40.0.11", "mail": "10.40.0.11"}
