"""How shares are mounted: options, and the words for a guest that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision_guest import Guest as Shell
from serai.guest.exec import ExecTransport
from serai.guest.mounts import NO_HELPER, Served, mount, options
from serai.providers.contract import ExecEndpoint
from serai.spec.folder import FolderType, Nfs, SyncedFolder
from serai.util.errors import Code, SeraiError

SERVED = Served(host="10.0.2.2", path="/work")


def share(kind: FolderType, **more: object) -> SyncedFolder:
    return SyncedFolder(source=".", target="/srv", type=kind, **more)  # type: ignore[arg-type]


def test_what_the_file_states_comes_last() -> None:
    folder = share(FolderType.NINEP, readonly=True, mount_options=["msize=8192"])
    assert options(folder) == "trans=virtio,version=9p2000.L,msize=262144,ro,msize=8192"


@pytest.mark.parametrize(
    ("nfs", "served", "said"),
    [
        (Nfs(), SERVED, "vers=4.2,noresvport,tcp,rw"),
        (Nfs(version="3"), SERVED, "vers=3,noresvport,tcp,nolock,rw"),
        (Nfs(version="3", udp=True), SERVED, "vers=3,noresvport,udp,nolock,rw"),
        (Nfs(), Served(host="h", path="/", port=2050, versions=("4.1",)), "vers=4.1,noresvport,tcp,port=2050,rw"),
    ],
)
def test_nfs_is_mounted_by_the_version_that_both_have(nfs: Nfs, served: Served, said: str) -> None:
    assert options(share(FolderType.NFS, nfs=nfs), served) == said


class Guest(ExecTransport):
    """One that ends as it is told, and remembers what it was asked."""

    def __init__(self, code: int) -> None:
        super().__init__(ExecEndpoint(argv=("env",), user="root"), "web")
        self.code = code
        self.asked = ""

    def words(self, script: str) -> list[str]:
        self.asked = script
        return ["sh", "-c", f"exit {self.code}"]


def test_the_server_and_its_path_are_named() -> None:
    guest = Guest(0)
    mount("web", share(FolderType.NFS), guest, Served(host="fd00::1", path="/my work"))
    assert "[fd00::1]:/my work" in guest.asked.replace("'\"'\"'", "").replace("'", "")


def test_a_guest_without_the_program_is_told_its_package() -> None:
    with pytest.raises(SeraiError, match="the guest has no mount") as failed:
        mount("web", share(FolderType.NFS), Guest(NO_HELPER), SERVED)
    assert failed.value.code is Code.UNSUPPORTED
    assert "nfs-common" in failed.value.hint


@pytest.mark.parametrize(
    ("kind", "answers", "done"),
    [
        (FolderType.NFS, True, ["timeout"]),
        (FolderType.NFS, False, ["timeout", "umount", "mount"]),
        (FolderType.NINEP, False, []),
    ],
)
def test_what_is_mounted_stays_but_for_nfs_whose_server_is_gone(
    kind: FolderType, answers: bool, done: list[str], tmp_path: Path
) -> None:
    guest = Shell(tmp_path / "guest", "grep", "mkdir")
    for name in ("grep", "modprobe", "umount", "mkdir", "mount", "mount.nfs"):
        guest.stand_in(name)
    guest.stand_in("timeout", "" if answers else "exit 137")
    mount("web", share(kind), guest.job().transport, SERVED if kind is FolderType.NFS else None)
    called = [line.split()[0] for line in guest.called()]
    assert [name for name in called if name in ("timeout", "umount", "mount")] == done
