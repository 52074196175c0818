"""A docker of a test's own, started by hand on a private host, with an image that has a shell alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from private_host import PrivateHost
from serai.run.wait import poll

IMAGE = "tiny"
LOG = "/var/log/dockerd.log"
APPLETS = ("sh", "nc", "head", "timeout", "sleep", "cat", "ip", "wc", "dd", "chmod", "printf")
START = f'setsid -f "$@" >>{LOG} 2>&1 </dev/null'
WORDS = """for each in /proc/[0-9]*; do
    [ "$(cat $each/comm 2>/dev/null)" = dockerd ] && cat $each/cmdline && echo
done"""
ANSWERS = 30.0
"""Seconds for a daemon to start, on a machine where others compute."""


class PrivateDocker(PrivateHost):
    """Its socket, files and network are its own, so that nobody is disturbed."""

    def start_docker(self, *flags: str) -> None:
        self.run("sh", "-c", START, "sh", "dockerd", *flags)
        assert poll(self.answers, budget=ANSWERS), self.run("tail", "-n", "20", LOG, check=False)

    def answers(self) -> bool | None:
        done = subprocess.run(self.argv("docker", "version"), capture_output=True, check=False, timeout=60)
        return done.returncode == 0 or None

    def stop_docker(self) -> None:
        self.run("sh", "-c", "kill $(cat /run/docker.pid)")
        assert poll(lambda: not self.daemons() or None, budget=ANSWERS), "dockerd does not end"

    def daemons(self) -> list[list[str]]:
        """The words of each that runs; one that has ended has none, and nobody takes note of it here."""
        return [words.split("\0")[:-1] for words in self.run("sh", "-c", WORDS, check=False).splitlines() if words]

    def archive(self) -> str:
        """A tar of a root filesystem: busybox, which stands alone, and links to it."""
        root = self.within / "tiny-root"
        (root / "bin").mkdir(parents=True)
        shutil.copy(str(shutil.which("busybox")), root / "bin/busybox")
        for name in APPLETS:
            (root / "bin" / name).symlink_to("busybox")
        return shutil.make_archive(str(self.within / "tiny"), "tar", root)

    def load_image(self) -> None:
        self.run("docker", "import", self.archive(), IMAGE)

    def container(self, script: str, *options: str, check: bool = True) -> str:
        """What a shell of a new container says."""
        return self.run("docker", "run", "--rm", *options, IMAGE, "/bin/sh", "-c", script, check=check)


def private_docker(within: Path, *flags: str) -> PrivateDocker:
    """One that runs and has the image."""
    host = PrivateDocker(within)
    try:
        host.start_docker(*flags)
        host.load_image()
    except BaseException:
        host.end()
        raise
    return host
