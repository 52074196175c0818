"""A libvirtd with its driver of containers, in a private host of the test's own; a root filesystem for them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from private_host import PrivateHost
from serai.run.wait import poll

PROGRAMS = (
    "sh",
    "cat",
    "hostname",
    "httpd",
    "id",
    "ip",
    "ls",
    "mkdir",
    "ping",
    "sleep",
    "sync",
    "tr",
    "wget",
    "env",
)
LOGS = ("/run/libvirt", "/var/log/libvirt/lxc", "/var/log/libvirt/qemu")


def small_root(place: Path) -> Path:
    """What a container needs to say something: busybox by its names."""
    for name in ("bin", "etc", "dev", "proc", "sys", "tmp", "root", "srv"):
        (place / name).mkdir(parents=True)
    (place / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    shutil.copy(shutil.which("busybox") or "", place / "bin" / "busybox")
    for name in PROGRAMS:
        (place / "bin" / name).symlink_to("busybox")
    return place


class LibvirtHost(PrivateHost):
    """A private host on which libvirt runs, with its network `default`."""

    def __init__(self, within: Path) -> None:
        super().__init__(within)
        self.project = within / "project"
        self.project.mkdir()
        self.run("mkdir", "-p", *LOGS)
        for name in ("virtlogd", "libvirtd"):
            self.run(name, "-d")
        assert poll(self._answers, budget=30), "libvirtd does not answer"

    def end(self) -> None:
        """Containers first: their control groups are this machine's, and would stay."""
        for name in self.run("virsh", "-q", "-c", "lxc:///", "list", "--name", check=False).split():
            self.run("virsh", "-q", "-c", "lxc:///", "destroy", name, check=False)
        super().end()

    def _answers(self) -> bool | None:
        argv = self.argv("virsh", "-q", "-c", "lxc:///", "net-list", "--all")
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return True if done.returncode == 0 and "default" in done.stdout else None

    def file(self, text: str) -> None:
        (self.project / "serai.yaml").write_text(text)

    def __call__(self, *words: str, code: int = 0) -> str:
        """serai in the project; both of its streams."""
        argv = self.argv(
            "env", "-C", str(self.project), f"SERAI_HOME={self.within / 'home'}", *self.command(*words)
        )
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"serai {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr
