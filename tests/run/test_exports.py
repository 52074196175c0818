"""What a project exports by NFS, to whom, and that nothing is left of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.host.exported import Export
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.providers.contract import ExecEndpoint, SshEndpoint
from serai.run import exports
from serai.run.exports import Exports
from serai.spec.folder import FolderType, Nfs, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

NEAR = SshEndpoint(host="127.0.0.1", port=2222, user="root", key=None)
FAR = SshEndpoint(host="192.168.121.7", port=22, user="root", key=None)


class Guest:
    """Says the addresses of its connection."""

    def __init__(self, said: str) -> None:
        self.said = said

    def run(self, command: str, **_: Any) -> Result:
        return Result([], 0, self.said, "")


GUEST = Guest("10.0.2.2 40000 10.0.2.15 22\n")
BRIDGED = Guest("192.168.121.1 40000 192.168.121.7 22\n")


def share(**more: Any) -> SyncedFolder:
    return SyncedFolder(source=".", target="/srv", type=FolderType.NFS, **more)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[list[Export]]:
    """What the kernel's server is told."""
    told: list[list[Export]] = []
    monkeypatch.setattr(exports, "_in_kernel", lambda: True)
    monkeypatch.setattr(exports, "_by_kernel", lambda found, project, ident: told.append(found))
    return told


def serve(workspace: Any, name: str, guest: Guest, endpoint: Any, folder: SyncedFolder, source: Path) -> Any:
    return Exports(workspace).serving(name, guest, endpoint)(folder, source)  # type: ignore[arg-type]


def test_a_guest_behind_qemu_s_nat_comes_from_loopback(
    pretend: Callable[..., Any], seen: Any, tmp_path: Path
) -> None:
    served = serve(pretend(Machine(name="web")), "web", GUEST, NEAR, share(), tmp_path)
    assert (served.host, served.path, served.port) == ("10.0.2.2", str(tmp_path), 0)
    owner = tmp_path.stat()
    assert seen == [[Export(path=str(tmp_path), client="127.0.0.1", uid=owner.st_uid, gid=owner.st_gid)]]


def test_a_guest_on_a_network_comes_from_its_own_address_as_whom_the_file_says(
    pretend: Callable[..., Any], seen: Any, tmp_path: Path
) -> None:
    folder = share(nfs=Nfs(map_uid=5, map_gid=0, version="4"), readonly=True)
    serve(pretend(Machine(name="web")), "web", BRIDGED, FAR, folder, tmp_path)
    assert seen[0] == [
        Export(path=str(tmp_path), client="192.168.121.7", uid=5, gid=0, readonly=True, version="4")
    ]


def test_what_somebody_else_exports_is_only_mounted(
    pretend: Callable[..., Any], seen: Any, tmp_path: Path
) -> None:
    served = serve(pretend(Machine(name="web")), "web", BRIDGED, FAR, share(nfs=Nfs(export=False)), tmp_path)
    assert served.host == "192.168.121.1"
    assert seen == []


def test_machines_share_one_list_and_a_destroyed_one_leaves_it(
    pretend: Callable[..., Any], seen: Any, tmp_path: Path
) -> None:
    workspace = pretend(Machine(name="web"), Machine(name="db"))
    serve(workspace, "web", GUEST, NEAR, share(), tmp_path)
    serve(workspace, "db", BRIDGED, FAR, share(), tmp_path)
    assert [each.client for each in seen[-1]] == ["192.168.121.7", "127.0.0.1"]
    Exports(workspace).drop("web")
    assert [each.client for each in seen[-1]] == ["192.168.121.7"]
    Exports(workspace).drop("db")
    assert seen[-1] == []
    assert not (workspace.scope.home / "exports.json").exists()


def test_a_container_has_no_use_for_it(pretend: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="nfs needs a guest with a network") as failed:
        serve(
            pretend(Machine(name="web")), "web", GUEST, ExecEndpoint(argv=("env",), user="root"), share(), tmp_path
        )
    assert failed.value.code is Code.UNSUPPORTED


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host below a directory, with exportfs."""
    place = tmp_path / "host"
    for name in ("usr/sbin/exportfs", "run/lock/.keep", "var/lib/.keep", "etc/.keep"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()
    monkeypatch.setattr("serai.host.reach.local.Local", lambda: Local(place))
    return place


MINE = Export(path="/home/ann/shop", client="10.0.0.2", uid=1000, gid=1000)


@pytest.mark.root
def test_as_root_the_drop_in_is_written_by_the_host_s_journal_and_undone(root: Path) -> None:
    file = root / "etc/exports.d/serai-id.exports"
    exports._by_kernel([MINE], "shop", "id")
    assert '"/home/ann/shop" 10.0.0.2(rw,' in file.read_text()
    before = file.stat().st_mtime_ns
    exports._by_kernel([MINE], "shop", "id")
    assert file.stat().st_mtime_ns == before

    exports._by_kernel([msgspec.structs.replace(MINE, client="10.0.0.3")], "shop", "id")
    assert "10.0.0.3" in file.read_text() and "10.0.0.2" not in file.read_text()
    assert [record.id for record in Ledger(Local(root)).all()] == ["exports-id"]

    exports._by_kernel([], "shop", "id")
    assert not file.exists()
    assert Ledger(Local(root)).all() == []


def test_others_are_told_how_root_lets_them_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(exports, "PROGRAM", str(tmp_path / "absent"))
    with pytest.raises(SeraiError) as failed:
        exports._by_kernel([MINE], "shop", "id")
    assert failed.value.code is Code.MISSING
    assert "serai host setup nfs-folders" in failed.value.hint


def test_others_state_no_options_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(exports, "PROGRAM", str(tmp_path))
    with pytest.raises(SeraiError, match="only root states options of an export"):
        exports._by_kernel([msgspec.structs.replace(MINE, options=("rw", "no_root_squash"))], "shop", "id")


def test_a_server_of_its_own_has_no_version_3_and_nothing_is_kept_of_it(
    pretend: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exports, "_in_kernel", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    workspace = pretend(Machine(name="web"))
    with pytest.raises(SeraiError, match="nfs-ganesha serves version 4 here") as failed:
        serve(workspace, "web", GUEST, NEAR, share(nfs=Nfs(version="3")), tmp_path)
    assert failed.value.code is Code.UNSUPPORTED
    assert not (workspace.scope.home / "exports.json").exists()
