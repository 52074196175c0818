"""An export is proved by a mount and a file of 36:36; what was not seen is said, and nothing is left behind."""

from __future__ import annotations

import pytest

from serai.host.reach.contract import Entry, Kind
from serai.host.reach.local import Local
from serai.host.setup.nfs_proof import prove
from serai.util.process import Result

PLACE = "/run/serai-nfs-abc123"


class Host(Local):
    """Mounts and writes as it is told to."""

    def __init__(self, mounts=("4.2", "3"), writes=0, owner=(36, 36)):
        super().__init__()
        self.mounts, self.writes, self.owner = mounts, writes, owner
        self.left, self.wrote = [], False

    def run(self, argv, **more):
        code, out, err = 0, "", ""
        if argv[0] == "mktemp":
            out = f"{PLACE}\n"
            self.left.append("directory")
        elif argv[0] == "mount":
            version = argv[4].partition(",")[0].removeprefix("vers=")
            code, err = (0, "") if version in self.mounts else (32, "mount.nfs: Protocol not supported\n")
            self.left += ["mount"] if code == 0 else []
        elif argv[0] == "setpriv":
            code, err = self.writes, "touch: cannot touch: Permission denied\n" if self.writes else ""
            self.wrote = code == 0
            self.left += ["file"] if self.wrote else []
        elif argv[0] == "rm":
            self.left = [each for each in self.left if each != "file"]
        elif argv[0] == "umount":
            assert "file" not in self.left
            self.left.remove("mount")
        elif argv[0] == "rmdir":
            assert "mount" not in self.left
            self.left.remove("directory")
        return Result(argv, code, out, err)

    def entry(self, path):
        assert path.startswith("/exports/data/.serai-nfs-")
        return Entry(Kind.FILE, 0o644, *self.owner) if self.wrote else None


def test_it_is_mounted_written_to_and_seen(tmp_path):
    host = Host()
    proof = prove(host, "/exports/data")

    assert proof.proved
    assert proof.seen == "mounted by NFS 4.2, written to as 36:36"
    assert host.left == []


def test_an_older_nfs_is_tried_too():
    assert "NFS 3" in prove(Host(mounts=("3",)), "/exports/data").seen


@pytest.mark.parametrize(
    ("host", "why"),
    [
        (Host(mounts=()), "cannot be mounted: mount.nfs: Protocol not supported"),
        (Host(writes=1), "36:36 cannot write there: touch: cannot touch: Permission denied"),
        (Host(owner=(65534, 65534)), "what 36:36 wrote through the mount is 65534:65534"),
    ],
)
def test_what_was_not_seen_is_said_and_nothing_is_left(host, why):
    proof = prove(host, "/exports/data")

    assert not proof.proved
    assert why in proof.why
    assert host.left == []


def test_without_a_place_to_mount_on_it_says_so():
    host = Host()
    host.run = lambda argv, **more: Result(argv, 1, "", "mktemp: read-only\n")
    assert "no directory to mount on: mktemp: read-only" in prove(host, "/exports/data").why
