"""libvirt without root: a session, user networking; and a daemon that goes away in the middle of `up`."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from elsewhere import Elsewhere, build_tiny
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]

NOBODY = 65534
ONE = """
project: own
machines:
  web:
    provider: libvirt
    image: tiny
    memory: 192M
    ready: {within: 8m}
    networks: [{forwarded_port: {guest: 80, host: 8390, auto_correct: true}}]
    provision:
      - {shell: "mkdir -p /srv; echo mine > /srv/index.html; httpd -h /srv", name: page}
"""


class Person(Elsewhere):
    """A user without root, with a home and a session of its own."""

    def __init__(self, place: Path) -> None:
        env = {
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(place / "home"),
            "XDG_RUNTIME_DIR": str(place / "run"),
            "SERAI_HOME": str(place / "serai"),
            "LIBVIRT_DEFAULT_URI": "qemu:///session",
        }
        super().__init__(place, env)

    def argv(self, *words: str) -> list[str]:
        """Root steps down, and may only still read what is root's: the interpreter may lie in its home."""
        if os.geteuid() != 0:
            return list(words)
        down = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return [*down, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", *words]

    def kill_daemon(self) -> None:
        """Of this session, as soon as it is there."""
        deadline = time.monotonic() + 20
        while not (pids := self.daemons("libvirtd")) and time.monotonic() < deadline:
            pass
        assert pids
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def daemons(self, *names: str) -> list[int]:
        """Processes of these names in this session."""
        found = []
        mine = f"XDG_RUNTIME_DIR={self.place / 'run'}".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "comm").read_text().strip() in names and mine in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


@pytest.fixture
def person(image_cache: Path, need: object) -> Iterator[Person]:
    need("libvirtd", "virsh", "qemu-system-x86_64", "qemu-img", "ssh", "setpriv")  # type: ignore[operator]
    place = Path(tempfile.mkdtemp(prefix="serai-p", dir="/tmp"))
    someone = Person(place)
    for name in ("home", "run", "serai", "project"):
        (place / name).mkdir(mode=0o700)
    (place / "serai/images").symlink_to(image_cache, target_is_directory=True)
    someone.root.joinpath("serai.yaml").write_text(ONE)
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    yield someone
    someone.spawn("destroy", "-y", "--force").communicate(timeout=120)
    left = someone.daemons("qemu-system-x86", "qemu-system-x86_64")
    for pid in (*left, *someone.daemons("libvirtd", "virtlogd", "ssh")):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(place, ignore_errors=True)
    assert left == []


@pytest.fixture(autouse=True)
def built(image_cache: Path, home_with_images: Path, serai: Serai) -> None:
    build_tiny(serai)


def test_a_machine_lives_in_a_session_and_leaves_nothing(person: Person) -> None:
    person.serai("up")
    assert "ready" in person.serai("status")
    assert person.serai("ssh", "web", "-c", "hostname").strip().endswith("web")
    assert "domain type='" in person.virsh("dumpxml", "own_web")
    person.serai("suspend", "--to-disk")
    assert "suspended" in person.serai("status")
    person.serai("up")
    person.serai("halt")
    assert "stopped" in person.serai("status")
    person.serai("destroy", "-y")
    assert person.virsh("list", "--all", "--name").strip() == ""
    assert person.virsh("vol-list", "default").strip() == ""
    assert list(Path(person.env["HOME"]).rglob("own_web*")) == []


def test_a_private_network_is_refused_with_the_way_out(person: Person) -> None:
    (person.root / "serai.yaml").write_text(ONE.replace("networks: [", "networks: [{private: back}, "))
    done = person.spawn("up")
    said, _ = done.communicate(timeout=60)
    assert done.returncode == 4
    assert "qemu:///system" in said


@pytest.mark.parametrize("moment", ["making its disks", "starting", "waiting for the guest"])
def test_a_daemon_that_is_killed_in_the_middle_of_up_is_survived(person: Person, moment: str) -> None:
    person.up(moment, person.kill_daemon)
    assert "ready" in person.serai("status")
