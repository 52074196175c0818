"""Small files and environment files of a container."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from docker_site import machine
from serai.providers.contract import Scope
from serai.providers.docker.files import archive, bound, environment
from serai.util.errors import SeraiError

FILES = [
    {"target": "/etc/a", "content": "one", "mode": "0400", "uid": 7},
    {"target": "/etc/b", "source": "b.conf"},
]


def test_files_are_a_tar_with_their_owners(tmp_path: Path) -> None:
    (tmp_path / "b.conf").write_text("two")

    with tarfile.open(fileobj=io.BytesIO(archive(machine(container={"files": FILES}), tmp_path))) as tar:
        found = {each.name: (each.mode, each.uid, tar.extractfile(each).read()) for each in tar}  # type: ignore[union-attr]

    assert found == {"etc/a": (0o400, 7, b"one"), "etc/b": (0o444, 0, b"two")}
    assert archive(machine(), tmp_path) == b""


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match=r"b\.conf cannot be read"):
        archive(machine(container={"files": FILES}), tmp_path)


def test_a_container_that_cannot_be_written_has_them_bound(tmp_path: Path) -> None:
    scope = Scope(project="shop", project_id="3f2a", root=tmp_path, home=tmp_path / "home")
    (tmp_path / "b.conf").write_text("two")

    found = bound(scope, "docker", machine(container={"files": FILES, "read_only": True}))

    assert [(Path(source).read_text(), target) for source, target in found] == [
        ("one", "/etc/a"),
        ("two", "/etc/b"),
    ]
    assert bound(scope, "docker", machine(container={"files": FILES})) == ()


def test_environment_files_are_read_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("# a comment\nA=1\nexport B='two words'\nnothing\n")
    (tmp_path / "b.env").write_text("A=2\n")

    assert environment(machine(container={"env_file": ["a.env", "b.env"]}), tmp_path) == {
        "A": "2",
        "B": "two words",
    }
    with pytest.raises(SeraiError, match=r"gone\.env cannot be read"):
        environment(machine(container={"env_file": ["gone.env"]}), tmp_path)
