"""A nfs-ganesha of a project's own, asked by a client that needs no kernel (libnfs)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serai.host.exported import Export
from serai.host.ganesha import Ganesha
from serai.util.process import run


def test_one_that_never_ran_has_no_process(tmp_path: Path) -> None:
    assert Ganesha(tmp_path / "nfs").pid() is None
    (tmp_path / "nfs").mkdir()
    (tmp_path / "nfs/ganesha.pid").write_text(f"{os.getpid()}\n")
    assert Ganesha(tmp_path / "nfs").pid() is None  # somebody else has its number now


@pytest.fixture
def server(tmp_path: Path, need: Any) -> Iterator[Ganesha]:
    need("ganesha.nfsd", "nfs-ls")
    made = Ganesha(tmp_path / "nfs")
    yield made
    made.end()


def listed(port: int, path: Path) -> list[str]:
    """The names in an export; empty where it cannot be mounted."""
    done = run(["nfs-ls", f"nfs://127.0.0.1{path}?version=4&nfsport={port}"], check=False)
    return [line.split()[-1] for line in done.stdout.splitlines()]


@pytest.mark.root
@pytest.mark.engine
def test_it_exports_takes_another_and_ends(server: Ganesha, tmp_path: Path) -> None:
    exports = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"in-{name}").touch()
        exports.append(Export(path=str(tmp_path / name), client="127.0.0.1", uid=1000, gid=1000))
    port = server.export(exports[:1], "127.0.0.1")
    pid = server.pid()
    assert listed(port, tmp_path / "one") == ["in-one"]
    assert listed(port, tmp_path / "two") == []

    assert server.export(exports, "127.0.0.1") == port
    from serai.run.wait import poll

    assert poll(lambda: listed(port, tmp_path / "two") or None, budget=20) == ["in-two"]
    assert listed(port, tmp_path / "one") == ["in-one"]
    assert server.pid() == pid

    server.end()
    assert server.pid() is None
    assert not server.place.exists()
