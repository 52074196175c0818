"""A guest that anybody may start from: run on a root of its own, as the settings over SSH are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from serai.guest import known_key
from serai.guest.generic import script

OURS = "ssh-ed25519 AAAAOURS serai shop"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files that the script reads and writes, and programs that note their calls."""
    for folder in (
        "bin",
        "etc/netplan",
        "etc/ssh",
        "etc/cloud",
        "root/.ssh",
        "home/vagrant/.ssh",
        "var/lib/serai",
        "sys/class/net/eth0/device",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text(
        f"root:x:0:0::{tmp_path}/root:/bin/sh\nvagrant:x:1000:1000::{tmp_path}/home/vagrant:/bin/sh\n"
    )
    for name in ("id", "chpasswd", "chown", "sync", "networkctl", "systemctl", "nmcli", "netplan"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\ncat >/dev/null </dev/null\necho 1000\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "root/.ssh/authorized_keys").write_text(f"{OURS}\nssh-rsa AAAAANN ann\n")
    (tmp_path / "home/vagrant/.ssh/authorized_keys").write_text(f"{OURS}\n")
    (tmp_path / "etc/machine-id").write_text("abc\n")
    (tmp_path / "etc/hosts").write_text("127.0.0.1 localhost\n10.0.0.1 db # serai\n")
    (tmp_path / "etc/netplan/50-cloud-init.yaml").write_text("old")
    return tmp_path


def done(root: Path) -> None:
    text = script([OURS])
    for top in ("/etc/", "/var/", "/sys/", "/root/.bash"):
        text = text.replace(top, f"{root}{top}")
    text = text.replace("for home in /root ", f"for home in {root}/root ")
    path = {"PATH": f"{root}/bin:/usr/bin:/bin"}
    told = subprocess.run(["sh", "-ec", text], env=path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_our_key_goes_and_the_well_known_one_comes(root: Path):
    done(root)
    assert (root / "home/vagrant/.ssh/authorized_keys").read_text() == f"{known_key.public()}\n"
    assert (root / "root/.ssh/authorized_keys").read_text() == "ssh-rsa AAAAANN ann\n"
    assert "NOPASSWD" in (root / "etc/sudoers.d/vagrant").read_text()


def test_nothing_of_the_machines_identity_stays(root: Path):
    done(root)
    assert (root / "etc/machine-id").read_text() == ""
    assert (root / "etc/hosts").read_text() == "127.0.0.1 localhost\n"
    assert (root / "etc/cloud/cloud-init.disabled").exists() and not (root / "var/lib/serai").exists()
    assert [path.name for path in (root / "etc/netplan").iterdir()] == ["01-any.yaml"]


def test_it_can_be_done_again(root: Path):
    done(root)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    done(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_the_well_known_key_is_never_taken_for_our_own():
    assert script([known_key.public()]).count(known_key.public().split()[1]) == 1
