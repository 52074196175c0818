"""The file provisioner, over a real SSH connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.guest.ssh import SshTransport
from serai.provisioners import registry
from serai.spec.machine import Machine
from serai.spec.provision import File, Provision
from serai.util.errors import Code, SeraiError


def copy(web: SshTransport, root: Path, **file: str) -> list[str]:
    lines: list[str] = []
    registry.run(
        Provision(file=File(**file)),
        key="conf",
        machine=Machine(name="web"),
        transport=web,
        root=root,
        out=lines.append,
    )
    return lines


def test_a_file_is_copied_with_its_mode(web: SshTransport, tmp_path: Path) -> None:
    (tmp_path / "app.conf").write_text("listen 80\n")
    lines = copy(web, tmp_path, source="app.conf", destination=f"{tmp_path}/etc/app.conf", mode="0600")
    assert (tmp_path / "etc" / "app.conf").read_text() == "listen 80\n"
    assert (tmp_path / "etc" / "app.conf").stat().st_mode & 0o777 == 0o600
    assert lines == [f"app.conf -> {tmp_path}/etc/app.conf"]


def test_a_tree_lands_in_the_same_place_however_often(web: SshTransport, tmp_path: Path) -> None:
    (tmp_path / "site" / "css").mkdir(parents=True)
    (tmp_path / "site" / "css" / "a.css").write_text("a")
    for _ in range(2):
        copy(web, tmp_path, source="site", destination=f"{tmp_path}/www")
    found = sorted(str(path.relative_to(tmp_path / "www")) for path in (tmp_path / "www").rglob("*"))
    assert found == ["css", "css/a.css"]


def test_a_missing_source_names_the_block(web: SshTransport, tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as failed:
        copy(web, tmp_path, source="absent", destination="/tmp/x")
    assert failed.value.code is Code.INPUT
    assert failed.value.message == f"web: provision conf: the source {tmp_path}/absent does not exist"


def test_a_failure_in_the_guest_names_the_block(web: SshTransport, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(SeraiError) as failed:
        copy(web, tmp_path, source="data", destination="/proc/nowhere/data")
    assert failed.value.message.startswith(f"web: provision conf: copying {tmp_path}/data to /proc/nowhere/data: ")
    assert failed.value.hint == "serai provision web --provision-with conf"
