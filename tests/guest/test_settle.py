"""Settings over SSH, done in a root of their own: a busybox and nothing else."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from serai.guest.exec import ExecTransport
from serai.guest.settle import settle
from serai.providers.contract import ExecEndpoint, Materials
from serai.spec.guest import Guest, GuestFile, User
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run

MATERIALS = Materials(
    user="root", public_keys=("ssh-ed25519 KEY",), hosts={"db": "10.40.0.11/24", "web": "10.40.0.10"}
)

ACCOUNTS = {
    "adduser": "n=$2; mkdir -p /home/$n; echo $n:x:1000:1000::/home/$n:/bin/sh >>/etc/passwd; "
    "echo $n:x:1000: >>/etc/group",
    "addgroup": 'grep -q "^${2:-$1}:" /etc/group || echo "${2:-$1}:x:2000:$3" >>/etc/group',
}
"""Stand-ins for two applets that Debian's busybox leaves out and Alpine's has."""


@pytest.fixture
def root(tmp_path: Path, need: Any) -> Path:
    """A root file system with busybox, its libraries, and the files that every system has."""
    need("busybox", "unshare", root=True)
    program = str(shutil.which("busybox"))
    root = tmp_path / "root"
    for folder in ("bin", "dev", "etc", "root", "home", "tmp", "proc"):
        (root / folder).mkdir(parents=True)
    libraries = re.findall(r"(/\S+) \(0x", run(["ldd", program], check=False).stdout)
    for path in (program, *libraries):
        there = root / path.lstrip("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, there)
    for name in run([program, "--list"]).stdout.split():
        if not (root / "bin" / name).exists():
            (root / "bin" / name).symlink_to(program)
    for name, text in ACCOUNTS.items():
        (root / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (root / "bin" / name).chmod(0o755)
    os.mknod(root / "dev" / "null", 0o020666, os.makedev(1, 3))
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    (root / "etc" / "shadow").write_text("root:*:19000:0:99999:7:::\n")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n")
    return root


def done(root: Path, guest: Guest) -> list[str]:
    """Settle a machine with that root; a host name of its own, so that ours stays."""
    argv = ("unshare", "--uts", "chroot", str(root), "/bin/env", "PATH=/bin")
    said: list[str] = []
    way = ExecTransport(ExecEndpoint(argv=argv, user="root"), "web")
    settle(way, Machine(name="web", guest=guest), MATERIALS, said.append)
    return said


@pytest.mark.root
def test_everything_is_set_and_a_second_time_changes_nothing(root: Path) -> None:
    guest = Guest(
        users=[User(name="ann", sudo=True, authorized_keys=["ssh-rsa A"], groups=["staff"])],
        files=[GuestFile(path="/etc/app/conf", content="it's\n", mode="0600")],
        commands=["echo run >>/root/commands"],
    )
    done(root, guest)
    first = _state(root)
    done(root, guest)
    assert _state(root) == first
    assert (root / "etc" / "hostname").read_text() == "web\n"
    assert (root / "etc" / "hosts").read_text() == "127.0.0.1 localhost\n10.40.0.11 db # serai\n"
    assert (root / "root" / ".ssh" / "authorized_keys").read_text() == "ssh-ed25519 KEY\n"
    assert (root / "home" / "ann" / ".ssh" / "authorized_keys").read_text() == "ssh-rsa A\n"
    assert "staff:" in (root / "etc" / "group").read_text()
    assert (root / "etc" / "sudoers.d" / "serai-ann").read_text() == "ann ALL=(ALL) NOPASSWD:ALL\n"
    assert (root / "etc" / "app" / "conf").read_text() == "it's\n"
    assert (root / "root" / "commands").read_text() == "run\n"


@pytest.mark.root
def test_what_cannot_be_set_is_named(root: Path) -> None:
    for guest, setting, word in (
        (Guest(packages=["curl"]), "packages", "no package manager that serai knows"),
        (Guest(timezone="Mars/Olympus"), "timezone", "there is no /usr/share/zoneinfo/Mars/Olympus"),
        (Guest(commands=["echo oh no", "exit 3"]), "commands", "oh no"),
    ):
        with pytest.raises(SeraiError) as failed:
            done(root, guest)
        assert failed.value.code is Code.FAILED
        assert failed.value.message.startswith(f"web: the guest's {setting} could not be set: {word}")


def _state(root: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in ("etc", "root", "home", "var")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }
