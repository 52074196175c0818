"""A host of a test's own on this kernel: its own network, processes, and writable places of the file system.

What runs in it sees the programs that are installed here; what it writes to /etc, /var and /run is its own.
It ends, with all that runs in it, when the test does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from serai.run.wait import poll

ROOT = Path(__file__).parents[1]
EMPTY = "/run /var/lib/docker /var/lib/containerd /var/lib/lxc /var/log /etc/docker /etc/lxc"
EMPTY += " /etc/network /etc/netplan /etc/systemd/network /etc/NetworkManager"
"""What a test wants there, it writes there."""

BIRTH = """
set -e
mount --make-rprivate /
mkdir "$1/cgroup" "$1/layers"
mount --rbind /sys/fs/cgroup "$1/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$1/cgroup" /sys/fs/cgroup
mount -t tmpfs tmpfs "$1/layers"
for place in etc var; do
    mkdir "$1/layers/$place" "$1/layers/$place-work"
    own=upperdir=$1/layers/$place,workdir=$1/layers/$place-work
    mount -t overlay overlay -o "lowerdir=/$place,$own" "/$place"
done
for place in $2; do
    mkdir -p "$place"
    mount -t tmpfs tmpfs "$place"
done
rm -rf /var/lib/serai
mkdir -p /run/lock /run/sshd
ip link set lo up
echo born >"$1/born"
exec sleep infinity
"""


class PrivateHost:
    """`within` is a directory of the test's own."""

    def __init__(self, within: Path) -> None:
        self.within = within
        kinds = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self.init = subprocess.Popen(
            ["unshare", *kinds, "sh", "-c", BIRTH, "sh", str(within), EMPTY], start_new_session=True
        )
        assert poll(lambda: (within / "born").exists() or None, budget=20), "the private host was not born"
        self.pid = int(Path(f"/proc/{self.init.pid}/task/{self.init.pid}/children").read_text().split()[0])

    def argv(self, *argv: str) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "--", *argv]

    def run(
        self, *argv: str, input: str | None = None, check: bool = True, env: dict[str, str] | None = None
    ) -> str:
        done = subprocess.run(
            self.argv(*argv), input=input, capture_output=True, text=True, timeout=180, check=False,
            env={**os.environ, **(env or {})},
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(f"{' '.join(argv)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def start(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def serai(self, *words: str, check: bool = True) -> str:
        return self.run(*self.command(*words), check=check)

    @staticmethod
    def command(*words: str) -> Sequence[str]:
        return ("env", f"PYTHONPATH={ROOT / 'src'}", sys.executable, "-m", "serai", *words)

    def read(self, path: str) -> str:
        return self.run("cat", path)

    def write(self, path: str, text: str) -> None:
        self.run("sh", "-c", 'mkdir -p "$(dirname "$1")"; cat >"$1"', "sh", path, input=text)

    def end(self) -> None:
        self.init.send_signal(signal.SIGKILL)
        self.init.wait()
