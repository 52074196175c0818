"""A private host with one project in it, whose containers are made of a small root filesystem."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from private_host import PrivateHost

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


def small_root(place: Path) -> Path:
    """What a container needs to say something: busybox by its names."""
    for name in ("bin", "etc", "dev", "proc", "sys", "tmp", "root", "srv"):
        (place / name).mkdir(parents=True)
    (place / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    shutil.copy(shutil.which("busybox") or "", place / "bin" / "busybox")
    for name in PROGRAMS:
        (place / "bin" / name).symlink_to("busybox")
    return place


class ProjectHost(PrivateHost):
    """`serai` there, in the directory of the project; its home is beside it."""

    def __init__(self, within: Path) -> None:
        super().__init__(within)
        self.project = within / "project"
        self.project.mkdir()

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
