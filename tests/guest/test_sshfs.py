"""A directory of the host that a guest mounts by sshfs: this host stands in for the guest, by a real sshd."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serai.guest import sshfs
from serai.guest.exec import ExecTransport
from serai.guest.folders import sync
from serai.guest.ssh import SshTransport
from serai.providers.contract import ExecEndpoint, SshEndpoint
from serai.run.wait import poll
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run


class Answers(SshTransport):
    """A guest that ends each command as it is told."""

    def __init__(self, code: int) -> None:
        super().__init__(SshEndpoint(host="127.0.0.1", port=1, user="root", key=None), "web")
        self.code = code

    def words(self, script: str) -> list[str]:
        return ["sh", "-c", f"exit {self.code}"]


def folder(target: Path, **more: Any) -> SyncedFolder:
    return SyncedFolder(source="work", target=str(target), type=FolderType.SSHFS, **more)


@pytest.mark.parametrize(
    ("code", "said"),
    [(sshfs.NO_SSHFS, "the guest has no sshfs"), (sshfs.NO_FUSE, "the guest's kernel has no FUSE")],
)
def test_a_guest_that_cannot_is_told_why(code: int, said: str, home: Path, tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match=said) as failed:
        sshfs.share("web", folder(tmp_path / "g"), tmp_path, Answers(code))
    assert failed.value.code is Code.UNSUPPORTED


def test_it_needs_a_way_in_by_ssh(home: Path, tmp_path: Path) -> None:
    way = ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")
    with pytest.raises(SeraiError, match="sshfs needs a way in by SSH"):
        sshfs.share("web", folder(tmp_path / "g"), tmp_path, way)


@pytest.fixture
def shared(web: SshTransport, tmp_path: Path, need: Any) -> Iterator[Any]:
    """Shares `work`; afterwards nothing is mounted and nothing runs."""
    need("sshfs")
    if not os.access("/dev/fuse", os.R_OK):
        pytest.skip("only where /dev/fuse is")
    (tmp_path / "work").mkdir()
    target = tmp_path / "guest"

    def share(**more: Any) -> Path:
        machine = Machine(name="web", synced_folders=[folder(target, **more)])
        sync(machine, web, web.endpoint, tmp_path, lambda _: None)
        return target

    yield share
    run(["umount", "-l", target], check=False)
    assert poll(lambda: not _served(tmp_path / "work") or None, budget=20)


def _served(work: Path) -> bool:
    """Whether a sftp-server for the directory is left."""
    needle = os.fsencode(work)
    for place in Path("/proc").glob("[0-9]*/mountinfo"):
        try:
            if b"/share" in (text := place.read_bytes()) and needle in text and b"serai" in text:
                return True
        except OSError:
            continue
    return False


@pytest.mark.root
def test_the_guest_reads_and_writes_it_both_ways(shared: Any, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "from-host").write_text("here")
    target = shared()
    assert (target / "from-host").read_text() == "here"
    (target / "from-guest").write_text("there")
    assert (work / "from-guest").read_text() == "there"
    (work / "later").write_text("live")
    assert (target / "later").read_text() == "live"


@pytest.mark.root
def test_a_link_out_of_the_directory_leads_nowhere(shared: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "work/in").write_text("y")
    (tmp_path / "work/out").symlink_to(tmp_path / "secret")
    (tmp_path / "work/up").symlink_to("../secret")
    target = shared(mount_options=["follow_symlinks"])  # the server follows them
    assert sorted(path.name for path in target.iterdir()) == ["in", "out", "up"]
    assert [(target / name).exists() for name in ("in", "out", "up")] == [True, False, False]


@pytest.mark.root
def test_a_readonly_one_cannot_be_written(shared: Any, tmp_path: Path) -> None:
    target = shared(readonly=True)
    with pytest.raises(OSError, match="Read-only"):
        (target / "x").write_text("x")


@pytest.mark.root
def test_what_the_guest_makes_belongs_to_the_directory_s_owner(shared: Any, tmp_path: Path) -> None:
    os.chown(tmp_path / "work", 1234, 1235)
    target = shared()
    (target / "made").write_text("x")
    status = (tmp_path / "work/made").stat()
    assert (status.st_uid, status.st_gid) == (1234, 1235)


@pytest.mark.root
def test_what_is_mounted_already_stays_until_nobody_is_at_its_other_end(shared: Any, tmp_path: Path) -> None:
    target = shared()
    (inside,) = _running("sshfs", str(target))
    assert shared() == target and _running("sshfs", str(target)) == [inside]

    os.kill(inside, signal.SIGSTOP)  # as of a guest that is asleep: it does not see that the connection ends
    for pid in _running("ssh", f":/share {target}"):
        os.kill(pid, signal.SIGKILL)
    assert poll(lambda: not _running("ssh", f":/share {target}") or None, budget=20)
    (tmp_path / "work/later").write_text("there again")

    assert (shared() / "later").read_text() == "there again"
    assert inside not in _running("sshfs", str(target))


def _running(program: str, words: str) -> list[int]:
    """Processes of a program that were started with these words."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = os.fsdecode(place.read_bytes()).split("\0")
        except OSError:
            continue
        if Path(line[0]).name == program and words in " ".join(line):
            found.append(int(place.parent.name))
    return found
