"""A host of NFS folders: the server, and the one program that a user may call."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from serai.host.setup.asked import Asked
from serai.host.setup.folders import EXPORTER, nfs_folders
from setup_hosts import facts, host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}


def test_root_needs_the_server_alone(tmp_path):
    planned = nfs_folders(facts(host(tmp_path, DEBIAN)), Asked())
    assert [change.title() for change in planned.changes] == [
        "install nfs-kernel-server",
        "enable and start nfs-server.service",
    ]


def test_a_user_may_call_one_program_and_nothing_else(tmp_path):
    planned = nfs_folders(facts(host(tmp_path, DEBIAN)), Asked(user="ann"))
    rule = planned.changes[-1]
    assert rule.path == "/etc/sudoers.d/serai-exports-ann"
    assert rule.mode == 0o440
    assert rule.text.splitlines()[1] == "ann ALL=(root) NOPASSWD: /usr/local/libexec/serai-exports"


@pytest.fixture
def exporter(tmp_path):
    """The program, with a stand-in for exportfs that does nothing."""
    stand_in = tmp_path / "bin/exportfs"
    stand_in.parent.mkdir()
    stand_in.write_text("#!/bin/sh\n")
    stand_in.chmod(0o755)
    script = tmp_path / "serai-exports"
    script.write_text(EXPORTER.replace("PATH=/usr/sbin", f"PATH={stand_in.parent}:/usr/sbin"))

    def call(*words: str, text: str = "", uid: int = os.getuid()) -> subprocess.CompletedProcess[str]:
        env = {"SUDO_UID": str(uid), "SUDO_GID": "5", "SERAI_EXPORTS": str(tmp_path / "exports.d")}
        return subprocess.run(
            ["sh", str(script), *words], input=text, env=env, capture_output=True, text=True, check=False
        )

    return call


def test_it_exports_a_directory_of_the_caller_as_the_caller(exporter, tmp_path: Path):
    mine = tmp_path / "my work"
    mine.mkdir()
    done = exporter("put", "shop-1", text=f"rw\t10.0.0.2\t{mine}\n")
    assert done.returncode == 0, done.stderr
    file = tmp_path / f"exports.d/serai-{os.getuid()}-shop-1.exports"
    ids = f"anonuid={os.getuid()},anongid=5"
    assert file.read_text() == f'"{mine}" 10.0.0.2(rw,no_subtree_check,all_squash,{ids},insecure)\n'
    assert exporter("drop", "shop-1").returncode == 0
    assert not file.exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("rw\t10.0.0.2\t/nowhere", "no directory"),
        ("rw\t*\t/tmp", "no address"),
        ("no_root_squash\t10.0.0.2\t/tmp", "neither rw nor ro"),
        ("rw\t10.0.0.2\ttmp", "no absolute path"),
        ('rw\t10.0.0.2\t/tmp" *(rw) "', "no such path"),
    ],
)
def test_it_refuses_all_else_and_leaves_nothing(exporter, line, why, tmp_path: Path):
    done = exporter("put", "shop-1", text=f"{line}\n")
    assert done.returncode == 2
    assert why in done.stderr
    assert list((tmp_path / "exports.d").iterdir()) == []


def test_it_refuses_a_directory_of_somebody_else(exporter, tmp_path: Path):
    done = exporter("put", "shop-1", text=f"rw\t10.0.0.2\t{tmp_path}\n", uid=os.getuid() + 1)
    assert "another user's" in done.stderr


def test_it_refuses_a_name_that_is_a_path(exporter):
    assert "no such project" in exporter("put", "../x").stderr
