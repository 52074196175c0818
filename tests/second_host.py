"""A second host, for tests: a root of its own behind a real sshd, with Python or busybox."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bad_line import Line
from real_sshd import Sshd
from serai.host.reach import ssh
from serai.util.process import run

THP = "sys/kernel/mm/transparent_hugepage"
PLAIN, PLAIN_UID = "tester", 60001
ENTER = """#!/bin/sh
exec unshare -m /bin/sh -c '
    mount --make-rprivate /
    for place in {bound}; do mount --rbind /$place {root}/$place || exit 1; done
    exec chroot --userspec={user} {root} /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
"""
ETC = ("pam.d", "security", "ld.so.cache", "nsswitch.conf", "os-release", "login.defs", "sudoers", "hosts")


class SecondHost:
    """Its files are below `root`, values of /sys among them; /proc and programs are this machine's."""

    def __init__(self, root: Path, kind: str, user: str = "root", sudo: str = "") -> None:
        self.root = root
        for name in ("etc", "run/lock", "tmp", "var/lib", "proc", "dev", "usr", THP, "etc/sudoers.d", "boot"):
            (root / name).mkdir(parents=True)
        for name in ("enabled", "defrag"):
            (root / THP / name).write_text("[always]\n")
        people = f"root:x:0:0::/root:/bin/sh\n{PLAIN}:x:{PLAIN_UID}:{PLAIN_UID}::/tmp:/bin/sh\n"
        (root / "etc/passwd").write_text(people)
        (root / "etc/group").write_text(f"root:x:0:\n{PLAIN}:x:{PLAIN_UID}:\n")
        (root / "etc/shadow").write_text(f"root:*:1::::::\n{PLAIN}:*:1::::::\n")
        bound = ["proc", "dev"]
        if kind == "python":
            bound.append("usr")
            for name in ("bin", "sbin", "lib", "lib64"):
                (root / name).symlink_to(f"usr/{name}")
            for name in ETC:
                with suppress(FileNotFoundError):
                    run(["cp", "-a", f"/etc/{name}", root / "etc"])
            (root / "etc/sudoers.d/tester").write_text(sudo)
            (root / "etc/sudoers.d/tester").chmod(0o440)
        else:
            (root / "bin").mkdir()
            shutil.copy2(str(shutil.which("busybox")), root / "bin/busybox")
            run(["chroot", root, "/bin/busybox", "--install", "-s", "/bin"])
        who = "0:0" if user == "root" else f"{PLAIN_UID}:{PLAIN_UID}"
        self.enter = root.with_name("enter")
        self.enter.write_text(ENTER.format(bound=" ".join(bound), root=root, user=who))
        self.enter.chmod(0o755)

    def files(self) -> dict[str, bytes]:
        """All that is in it, without serai's lock and the values of its kernel: those keep no choices here."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if "serai-host.lock" not in name and not name.startswith(THP) and not path.is_dir():
                found[name] = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        return found

    @property
    def thp(self) -> str:
        return (self.root / THP / "enabled").read_text().strip()


Second = Callable[..., SecondHost]


@pytest.fixture
def line(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The way to the sshd, under the name `far` in a user's configuration of ssh."""
    bad_line = Line(sshd.port)
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{bad_line.port} {(sshd.folder / 'host_key.pub').read_text()}")
    config = tmp_path / "ssh_config"
    config.write_text(
        f"Host far\n  HostName 127.0.0.1\n  Port {bad_line.port}\n  IdentityFile {sshd.key}\n"
        f"  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n"
    )
    wrapper = tmp_path / "path/ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
    wrapper.chmod(0o755)
    runtime = tempfile.mkdtemp(prefix="serai-r", dir="/tmp")
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    yield bad_line
    ssh.hang_up("far")
    bad_line.close()
    shutil.rmtree(runtime)


@pytest.fixture
def second(line: Line, sshd: Sshd, tmp_path: Path, need) -> Second:
    """Makes what `far` leads to: `second("python")`, `second("busybox")`, `second("python", user="tester")`."""
    need("unshare", "busybox", root=True)

    def make(kind: str, user: str = "root", sudo: str = "") -> SecondHost:
        host = SecondHost(tmp_path / "second", kind, user, sudo)
        sshd.stop()
        sshd.extra = f"ForceCommand {host.enter}\n"
        sshd.start()
        return host

    return make
