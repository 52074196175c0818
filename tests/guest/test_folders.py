"""Folders of the host in the guest: by rsync and tar over a real SSH connection; 9p up to the guest's kernel."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from serai.guest import folders, mounts
from serai.guest.exec import ExecTransport
from serai.guest.folders import sync
from serai.guest.ssh import SshTransport
from serai.providers.contract import ExecEndpoint, SshEndpoint
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

HERE = ExecEndpoint(argv=("env",), user="root")
BY_SSH = SshEndpoint(host="127.0.0.1", port=22, user="root", key=None)
"""As a machine's is, which mounts: a container's folders are bound."""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    root = tmp_path / "project" / "app"
    for name in ("main.py", ".git/HEAD", ".serai/state", "logs/a.log", "src/x.pyc", "src/x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def copied(transport: Any, app: Path, target: Path, **folder: Any) -> list[str]:
    said: list[str] = []
    machine = Machine(name="web", synced_folders=[SyncedFolder(source="app", target=str(target), **folder)])
    endpoint = transport.endpoint
    sync(machine, transport, endpoint, app.parent, said.append)
    return said


@pytest.mark.parametrize("way", ["rsync", "tar"])
def test_it_copies_without_what_is_excluded(
    way: str, web: SshTransport, app: Path, tmp_path: Path, need: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("rsync")
    if way == "tar":
        monkeypatch.setattr(shutil, "which", lambda name: None if name == "rsync" else f"/usr/bin/{name}")
    said = copied(web, app, tmp_path / "guest dir", exclude=["*.pyc", "/logs"])
    assert names(tmp_path / "guest dir") == ["main.py", "src/x.py"]
    assert any("this host has no rsync" in phrase for phrase in said) == (way == "tar")


def test_it_removes_what_is_gone_only_when_asked(web: SshTransport, app: Path, tmp_path: Path, need: Any) -> None:
    need("rsync")
    copied(web, app, tmp_path / "guest")
    (app / "main.py").unlink()
    copied(web, app, tmp_path / "guest")
    assert "main.py" in names(tmp_path / "guest")
    copied(web, app, tmp_path / "guest", delete=True)
    assert "main.py" not in names(tmp_path / "guest")


def test_it_never_deletes_half_without_rsync(app: Path, tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as refused:
        copied(ExecTransport(HERE, "web"), app, tmp_path / "guest", delete=True)
    assert refused.value.code is Code.MISSING
    assert "`delete: true` needs rsync" in refused.value.message


def test_a_source_that_is_no_directory_is_said(app: Path, tmp_path: Path) -> None:
    machine = Machine(name="web", synced_folders=[SyncedFolder(source="absent", target="/srv")])
    with pytest.raises(SeraiError) as failed:
        sync(machine, ExecTransport(HERE, "web"), HERE, tmp_path, lambda _: None)
    assert failed.value.message == f"web: synced folder /srv: {tmp_path}/absent is not a directory"


def test_an_rsync_that_fails_names_the_folder(web: SshTransport, app: Path, need: Any) -> None:
    need("rsync")
    with pytest.raises(SeraiError) as failed:
        copied(web, app, Path("/proc/nowhere"))
    assert failed.value.code is Code.FAILED


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        (mounts.NO_FILESYSTEM, Code.UNSUPPORTED, "the guest's kernel has no {kind}"),
        (mounts.NO_DEVICE, Code.FAILED, "has no {kind} device for it yet"),
        (1, Code.FAILED, "it cannot be mounted: no"),
    ],
)
@pytest.mark.parametrize("share", [FolderType.NINEP, FolderType.VIRTIOFS])
def test_a_mount_that_fails_says_why(code: int, kind: Code, word: str, share: FolderType, tmp_path: Path) -> None:
    class Guest(ExecTransport):
        def words(self, script: str) -> list[str]:
            return ["sh", "-c", f"echo no >&2; exit {code}"]

    (tmp_path / "app").mkdir()
    folder = SyncedFolder(source="app", target="/srv", type=share)
    with pytest.raises(SeraiError) as failed:
        sync(Machine(name="web", synced_folders=[folder]), Guest(HERE, "web"), BY_SSH, tmp_path, lambda _: None)
    assert failed.value.code is kind
    assert word.format(kind=share) in failed.value.message


class Old(ExecTransport):
    """A guest without virtiofs: mounting ends as it would there, all else is done here."""

    def words(self, script: str) -> list[str]:
        return ["sh", "-c", f"exit {mounts.NO_FILESYSTEM}" if "mount -t" in script else script]


def test_a_share_that_the_kernel_cannot_mount_is_copied_as_the_file_allows(app: Path, tmp_path: Path) -> None:
    share = SyncedFolder(
        source="app", target=str(tmp_path / "guest"), type=FolderType.VIRTIOFS, fallback=[FolderType.RSYNC]
    )
    said: list[str] = []
    machine = Machine(name="web", synced_folders=[share])
    sync(machine, Old(HERE, "web"), BY_SSH, app.parent, lambda _: None, said.append)

    assert "main.py" in names(tmp_path / "guest")
    assert "the guest's kernel has no virtiofs" in said[0] and "copied instead; serai rsync web" in said[0]


def test_copies_are_those_folders_that_the_guest_has_not_mounted(tmp_path: Path) -> None:
    share = SyncedFolder(source=".", target="/srv", type=FolderType.VIRTIOFS, fallback=[FolderType.RSYNC])
    plain = SyncedFolder(source=".", target="/opt")
    live = SyncedFolder(source=".", target="/mnt", type=FolderType.NINEP)
    machine = Machine(name="web", synced_folders=[share, plain, live])

    class Mounted(ExecTransport):
        def words(self, script: str) -> list[str]:
            return ["echo", f"{share.tag} /srv virtiofs rw 0 0"]

    assert [folder.target for folder in folders.copied(machine, Mounted(HERE, "web"))] == ["/opt"]
    found = folders.copied(machine, ExecTransport(HERE, "web"))
    assert [(folder.target, folder.type) for folder in found] == [
        ("/srv", FolderType.RSYNC),
        ("/opt", FolderType.RSYNC),
    ]
