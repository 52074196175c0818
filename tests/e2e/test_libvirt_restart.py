"""A system libvirtd that is killed in the middle of `up`, and started again: `up` goes on.

The daemon is the test's own: in namespaces for mounts, network and processes, with directories of its own where
the host's has its sockets, definitions, volumes and logs. Nobody else's daemon or machines are touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elsewhere import Elsewhere, build_tiny
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(600)]

OWN = ("run/libvirt", "var/lib/libvirt", "var/log/libvirt", "var/cache/libvirt", "etc/libvirt")
"""Directories of a system libvirtd's."""
ATTEMPTS = 3
"""One that does not start is started again, as systemd does. Source: libvirtd.service, Restart=on-failure."""
FIRST = """
import os, subprocess, sys, time
for name in sys.argv[2:]:
    subprocess.run(["mount", "--bind", f"{sys.argv[1]}/{name}", f"/{name}"], check=True)
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
print("there", flush=True)
while True:
    try:
        os.wait()
    except ChildProcessError:
        time.sleep(0.05)
"""
"""Process 1 in there: it buries what others leave, as an init does."""
PROJECT = """
project: cell
defaults: {provider: libvirt, image: tiny, memory: 192M, ready: {within: 8m}}
machines:
  web: {networks: [{private: back}]}
networks: {back: {}}
"""


class Cell(Elsewhere):
    """A place with a system libvirtd that nobody else has."""

    def __init__(self, place: Path, home: Path) -> None:
        uri = "qemu:///system"
        super().__init__(place, {**os.environ, "SERAI_HOME": str(home), "LIBVIRT_DEFAULT_URI": uri})
        words = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable]
        self.first = subprocess.Popen([*words, "-c", FIRST, str(place), *OWN], stdout=subprocess.PIPE, text=True)
        assert self.first.stdout is not None
        assert self.first.stdout.readline() == "there\n"
        children = Path(f"/proc/{self.first.pid}/task/{self.first.pid}/children").read_text().split()
        self.init = children[0]

    def argv(self, *words: str) -> list[str]:
        return ["nsenter", f"--target={self.init}", "--mount", "--net", "--pid", f"--wd={self.root}", *words]

    def start(self, daemon: str) -> None:
        words = self.argv(daemon, "-d", "--pid-file", f"/run/libvirt/{daemon}.pid")
        said = []
        for _ in range(ATTEMPTS):
            done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode == 0:
                return
            said.append(done.stderr)
            time.sleep(0.5)
        pytest.fail(f"{daemon} does not start: {said}")

    def restart(self) -> None:
        """Kill the daemon where it stands; when it is gone, and with it the lock on its pid file, start it."""
        pid = Path(self.place / "run/libvirt/libvirtd.pid").read_text().strip()
        subprocess.run(self.argv("kill", "-KILL", pid), check=True)
        until = time.monotonic() + 60
        while subprocess.run(self.argv("kill", "-0", pid), check=False, capture_output=True).returncode == 0:
            assert time.monotonic() < until, f"the killed libvirtd {pid} is still there"
            time.sleep(0.02)
        self.start("libvirtd")


@pytest.fixture
def cell(home_with_images: Path, serai: Serai, need: Callable[..., None]) -> Iterator[Cell]:
    need("libvirtd", "virtlogd", "virsh", "dnsmasq", "qemu-system-x86_64", "ssh", "unshare", "nsenter", root=True)
    build_tiny(serai)
    place = Path(tempfile.mkdtemp(prefix="serai-c", dir="/tmp"))
    place.chmod(0o755)
    for name in (*OWN[:-1], "var/log/libvirt/qemu"):
        (place / name).mkdir(parents=True, exist_ok=True)
    shutil.copytree("/etc/libvirt", place / "etc/libvirt", symlinks=True)
    for others in ("qemu/autostart", "storage"):
        shutil.rmtree(place / "etc/libvirt" / others, ignore_errors=True)
    for kind in ("*.xml", "networks/serai-*.xml", "networks/autostart/serai-*.xml"):
        for file in (place / "etc/libvirt/qemu").glob(kind):
            file.unlink()  # machines of others, and networks of other tests
    (place / "project").mkdir()
    (place / "project/serai.yaml").write_text(PROJECT)
    here = Cell(place, home_with_images)
    try:
        here.start("virtlogd")
        here.start("libvirtd")
        yield here
        here.spawn("destroy", "-y", "--force").communicate(timeout=120)
    finally:
        here.first.send_signal(signal.SIGKILL)
        here.first.wait()
        time.sleep(0.2)  # the kernel ends what is left in there
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.parametrize("moment", ["making its disks", "starting", "waiting for the guest"])
def test_a_system_daemon_that_is_restarted_in_the_middle_of_up_is_survived(cell: Cell, moment: str) -> None:
    cell.up(moment, cell.restart)
    assert "ready" in cell.serai("status")
    assert cell.virsh("list", "--name").split() == ["cell_web"]
    assert cell.serai("up").strip() == "" or "nothing" in cell.serai("up")
    cell.serai("destroy", "-y")
    assert cell.virsh("list", "--all", "--name").split() == []
    assert [name for name in cell.virsh("net-list", "--all", "--name").split() if name.startswith("serai-")] == []
