"""Synced folders of every kind in a machine of Debian, looked at from both sides, and through a sleep (VAG-13)."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from debian_disk import WORKSHOP, disk_with
from person import Serai
from serai.providers.qemu.companions import VIRTIOFSD
from serai.run.wait import poll

pytestmark = [
    pytest.mark.engine,
    pytest.mark.long,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
]

MACHINE = """
project: workshop
images: {{work: {{path: {disk}, user: debian}}}}
machines:
  web:
    image: work
    memory: 1G
    cpu: 2
    ready: {{within: 30m}}
"""
FILE = (
    MACHINE
    + """\
    synced_folders:
      - {{source: ./rsync, target: /srv/rsync, owner: "debian:www-data", exclude: ["*.tmp"], delete: true}}
      - {{source: ./nfs, target: /srv/nfs, type: nfs}}
      - {{source: ./sshfs, target: /srv/sshfs, type: sshfs, owner: debian}}
{devices}"""
)
BY_NFS = (
    MACHINE
    + """\
    synced_folders: [{{source: ./nfs, target: /srv/nfs, type: nfs}}]
"""
)
DEVICES = """\
      - {source: ./virtiofs, target: /srv/virtiofs, type: virtiofs}
      - {source: ./9p, target: /srv/9p, type: 9p}
"""
LOGIN, OTHER = 1000, 1234
"""User ids: of the guest's login, and of somebody whom the guest does not know."""
OWNERS = {"nfs": (OTHER, OTHER), "sshfs": (OTHER, LOGIN), "virtiofs": (LOGIN, LOGIN), "9p": (0, LOGIN)}
"""Whose a file is that the login makes: on the host, and as the guest sees it. 9p keeps owners in attributes."""
DIRECTORIES = {"rsync": 0, "nfs": OTHER, "sshfs": OTHER, "virtiofs": LOGIN, "9p": LOGIN}


class Workshop:
    """The project, and what its guest says."""

    def __init__(self, serai: Serai, disk: Path) -> None:
        self.serai = serai
        self.root = serai.root
        self.disk = disk

    def file(self) -> None:
        self.serai.file(FILE.format(disk=self.disk, devices=DEVICES))

    def all_shared(self, kinds: Collection[str]) -> None:
        for kind in kinds:
            self.is_shared(kind)

    def inside(self, command: str) -> str:
        return self.serai("ssh", "-c", command).stdout.strip()

    def is_shared(self, kind: str) -> None:
        """A file of each side is there on the other one, with the owner that it ought to have."""
        place = self.root / kind
        (place / "from-host").write_text(f"by {kind}\n")
        assert self.inside(f"cat /srv/{kind}/from-host") == f"by {kind}"
        self.inside(f"rm -f /srv/{kind}/from-guest; echo back >/srv/{kind}/from-guest")
        made = place / "from-guest"
        assert made.read_text() == "back\n"
        seen = int(self.inside(f"stat -c %u /srv/{kind}/from-guest"))
        assert (made.stat().st_uid, seen) == OWNERS[kind]


@pytest.fixture
def workshop(
    home_with_images: Path,
    serai: Serai,
    test_cache: Path,
    need: Callable[..., None],
) -> Iterator[Workshop]:
    need("qemu-system-x86_64", "qemu-img", "mmdebstrap", "ssh", "rsync", root=True)
    need("exportfs" if "\tnfsd\n" in Path("/proc/filesystems").read_text() else "ganesha.nfsd")
    if not any(shutil.which(name) for name in VIRTIOFSD):
        pytest.skip("needs virtiofsd")
    made = Workshop(serai, disk_with(test_cache, *WORKSHOP))
    for kind, owner in DIRECTORIES.items():
        (made.root / kind).mkdir(parents=True)
        os.chown(made.root / kind, owner, owner)
    (made.root / "rsync/word").write_text("copied\n")
    yield made
    serai("destroy", "-y", "--force", code=None)


def test_every_kind_of_folder_is_shared_and_gone_with_its_machine(workshop: Workshop) -> None:
    serai = workshop.serai
    workshop.file()
    serai("up", timeout=1900)
    workshop.all_shared(OWNERS)
    _follows_changes(workshop)
    serai("suspend", timeout=600)
    serai("resume", timeout=600)
    workshop.all_shared(OWNERS)
    refused = serai("snapshot", "save", "whole", code=None, timeout=600)
    assert refused.returncode and "a virtiofs folder has no saved state" in refused.stderr
    serai("destroy", "-y", "--force", timeout=600)
    assert (workshop.root / "9p/from-guest").read_text() == "back\n"


def _follows_changes(workshop: Workshop) -> None:
    """A copy is as its source was at `up`, with an owner of its own, until somebody follows the changes."""
    assert workshop.inside("stat -c %U:%G /srv/rsync/word") == "debian:www-data"
    follower = workshop.serai.spawn("rsync-auto")
    (workshop.root / "rsync/scratch.tmp").touch()

    def seen() -> bool | None:
        (workshop.root / "rsync/changed").write_text("followed\n")
        return workshop.inside("cat /srv/rsync/changed 2>/dev/null; true") == "followed" or None

    try:
        assert poll(seen, budget=300)
    finally:
        follower.send_signal(signal.SIGINT)
        follower.communicate(timeout=60)
    assert follower.returncode == 0
    assert "scratch.tmp" not in workshop.inside("ls /srv/rsync")


def test_a_machine_that_goes_on_from_a_snapshot_has_its_nfs_folder(workshop: Workshop, home: Path) -> None:
    """By the server that it had, and by one that is at another port since then."""
    serai = workshop.serai
    serai.file(BY_NFS.format(disk=workshop.disk))
    serai("up", timeout=1900)
    workshop.is_shared("nfs")
    serai("snapshot", "save", "then", timeout=600)
    _goes_back(workshop, "by its server")
    for file in home.glob("projects/*/nfs/ganesha.pid"):  # else it is the kernel's
        os.kill(int(file.read_text()), signal.SIGKILL)
        (file.parent / "port").unlink()
        _goes_back(workshop, "by another one")


def _goes_back(workshop: Workshop, word: str) -> None:
    (workshop.root / "nfs/word").write_text(f"{word}\n")
    workshop.inside("sudo touch /root/later")
    workshop.serai("snapshot", "restore", "then", timeout=600)
    assert workshop.inside("sudo ls /root; cat /srv/nfs/word") == word
    workshop.is_shared("nfs")
