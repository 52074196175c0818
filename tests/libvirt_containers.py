"""A libvirtd with its driver of containers, in a private host of the test's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from project_host import ProjectHost
from serai.run.wait import poll

LOGS = ("/run/libvirt", "/var/log/libvirt/lxc", "/var/log/libvirt/qemu")


class LibvirtHost(ProjectHost):
    """A private host on which libvirt runs, with its network `default`."""

    def __init__(self, within: Path) -> None:
        super().__init__(within)
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
