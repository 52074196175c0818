"""The system libvirtd for tests: the one that runs, else one that is started for them and stopped after them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

URI = "qemu:///system"
DAEMONS = ("virtlogd", "libvirtd")
TPM_KEYS = Path("/var/lib/swtpm-localca")
START_BUDGET = 20.0
STARTING, USING = Path("/tmp/serai-tests-libvirtd.start"), Path("/tmp/serai-tests-libvirtd.use")


@pytest.fixture(scope="session")
def libvirtd(need: Callable[..., None]) -> Iterator[str]:
    """The URI of a system libvirtd. Several runs of tests at once share it, and the last one stops it."""
    need("libvirtd", "virtlogd", "virsh", "dnsmasq", "qemu-system-x86_64", "qemu-img", root=True)
    need("swtpm_setup")  # a libvirtd that is started before swtpm's user is there runs it as root
    with locked(STARTING, fcntl.LOCK_EX):
        let_in()
        give_keys()
        started = [] if answers() else [pid for name in DAEMONS if (pid := start(name))]
        deadline = time.monotonic() + START_BUDGET
        while not answers():
            assert time.monotonic() < deadline, "libvirtd does not answer"
            time.sleep(0.1)
    with locked(USING, fcntl.LOCK_SH):
        yield URI
    if started:
        try:
            with locked(USING, fcntl.LOCK_EX | fcntl.LOCK_NB):
                for pid in reversed(started):
                    with suppress(ProcessLookupError):  # a test of the host's tunings has started it anew
                        os.kill(pid, signal.SIGTERM)
        except BlockingIOError:
            return  # somebody else's tests use it


def let_in() -> None:
    """Give /dev/kvm to the group kvm, as udev's rule does; without udev libvirt asks QEMU anew at each call."""
    device = Path("/dev/kvm")
    if device.exists() and device.stat().st_mode & 0o666 == 0o600:
        shutil.chown(device, group="kvm")
        device.chmod(0o660)


def give_keys() -> None:
    """Give the keys that TPMs are certified with to swtpm's user, as `serai host check lv.tpm-ca` says.

    A libvirtd that ran before that user was there has made them as root.
    """
    for path in TPM_KEYS.glob("*"):
        if path.owner() != TPM_KEYS.owner():
            shutil.chown(path, user=TPM_KEYS.owner())


@contextmanager
def locked(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield


def answers() -> bool:
    """Whether a daemon is behind the socket."""
    return subprocess.run(["virsh", "-q", "-c", URI, "version"], capture_output=True).returncode == 0


def start(name: str) -> int:
    """The pid of the daemon that was started; 0 when one ran already."""
    if subprocess.run(["pidof", name], capture_output=True).returncode == 0:
        return 0
    subprocess.run([name, "-d"], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return int(subprocess.run(["pidof", "-s", name], check=True, capture_output=True, text=True).stdout)
